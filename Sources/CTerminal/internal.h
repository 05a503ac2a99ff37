#ifndef CTERMINAL_INTERNAL_H
#define CTERMINAL_INTERNAL_H

/// Chooses the description that ncurses is to draw by, and leaves it loaded: the one of TERM, of the same
/// terminal with 24-bit colours, or where TERM is not known here, one of a terminal like it. `TERM_OPENED`,
/// or why there is none.
int term_describe(const char **chosen);
/// A capability that is a string; NULL where the terminal has none.
const char *term_string(const char *name);

/// Saves the terminal's modes, puts standard error by, and reads from the loaded description how to give the
/// screen back. From here on whatever ends the program gives the terminal back first.
void term_guard_begin(int keyboard);
void term_guard_end(void);
/// Whether the screen is ours to give back.
void term_guard_take(int taken);
/// Gives the screen back as a signal would, without waiting for anybody who reads.
void term_guard_restore(void);
/// Whether a signal is ending the program.
int term_guard_is_dying(void);

/// From here on stops, continuations and resizes only end a wait.
void term_signals_begin(int keyboard);
void term_signals_end(void);
/// Has the end of the shell that started the program end a wait: no signal of its own tells that the terminal
/// is another's. Only as long as the calling thread lives.
void term_watch_parent(void);
/// Whether that shell has ended.
int term_lost_parent(void);
/// Whether a stop was asked for, and whether the program was continued, since the last question.
int term_stop_wanted(void);
int term_continued(void);
/// Stops the program until it is continued.
void term_stop(void);
/// Whether the terminal is another job's now.
int term_in_background(void);
/// Stops the program as long as the terminal is another job's, as the system would: 1 when there was no need,
/// 2 after a stop, 0 where nobody is left who would continue it.
int term_hold(void);
#endif
