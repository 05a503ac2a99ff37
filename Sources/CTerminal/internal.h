#ifndef CTERMINAL_INTERNAL_H
#define CTERMINAL_INTERNAL_H
void term_guard_begin(int keyboard);
void term_guard_strings(void);
void term_guard_end(void);
/// From here on stops, continuations and resizes only end a wait.
void term_signals_begin(void);
void term_signals_end(void);
/// Whether a stop was asked for, and whether the program was continued, since the last question.
int term_stop_wanted(void);
int term_continued(void);
/// Stops the program until it is continued.
void term_stop(void);
#endif
