#ifndef CTERMINAL_INTERNAL_H
#define CTERMINAL_INTERNAL_H
void term_guard_begin(int keyboard);
void term_guard_strings(void);
void term_guard_end(void);
#endif
