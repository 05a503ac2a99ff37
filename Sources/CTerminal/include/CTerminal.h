// What the Swift side needs of ncurses, as functions of plain types: Swift imports neither its macros nor its globals.
#ifndef CTERMINAL_H
#define CTERMINAL_H

enum { TERM_OPENED = 0, TERM_NO_OUTPUT = 1, TERM_NO_KEYBOARD = 2, TERM_UNUSABLE = 3, TERM_FAILED = 4 };
enum { TERM_BOLD = 1, TERM_DIM = 2, TERM_REVERSE = 4, TERM_UNDERLINE = 8 };
enum { TERM_TIME = 0, TERM_INPUT = 1, TERM_WOKEN = 2, TERM_CLOSED = 3, TERM_RESUMED = 4 };
enum { TERM_NONE = 0, TERM_CHARACTER = 1, TERM_KEY = 2 };

/// Call first in main, before any thread starts: locale and wake descriptor.
void term_prepare(void);
int term_open(int mouse);
void term_close(void);
int term_utf8(void);
int term_colors(void);
int term_pairs(void);
int term_pair(int pair, int foreground, int background);
void term_size(int *height, int *width);
/// `glyph` is one base and up to four marks, ended by 0. Returns 0 when it was put.
int term_put(int row, int column, const unsigned *glyph, unsigned attributes, int pair);
void term_refresh(int everything);
int term_read(unsigned *key);
/// What `term_read` gives as keys before and behind a paste, where the terminal tells it from typing.
enum { TERM_PASTE_BEGIN = 0x4000, TERM_PASTE_END = 0x4001 };
/// Asks the terminal to tell; a shell that ran meanwhile may have asked for the contrary.
void term_mark_pastes(void);
/// 0 nothing of interest, 1 press, 2 release, 3 wheel up, 4 wheel down.
int term_mouse(int *row, int *column);
/// A negative time is without end. Stops the program where it was asked to; TERM_RESUMED when it goes on: draw everything.
int term_wait(int milliseconds);
/// May be called from any thread and any signal handler.
void term_wake(void);
/// Gives the terminal back and stops the program; the next drawing takes it again.
void term_suspend(void);
#endif
