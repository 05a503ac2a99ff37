// What the Swift side needs of ncurses, as functions of plain types: Swift imports neither its macros nor its
// globals.
#ifndef CTERMINAL_H
#define CTERMINAL_H

enum {
  TERM_OPENED = 0, TERM_NO_OUTPUT = 1, TERM_NO_KEYBOARD = 2, TERM_UNUSABLE = 3, TERM_FAILED = 4,
  TERM_UNKNOWN = 5, TERM_ORPHANED = 6
};
enum { TERM_BOLD = 1, TERM_DIM = 2, TERM_REVERSE = 4, TERM_UNDERLINE = 8 };
enum { TERM_TIME = 0, TERM_INPUT = 1, TERM_WOKEN = 2, TERM_CLOSED = 3, TERM_RESUMED = 4 };

/// Call first in main, before any thread starts: locale and wake descriptor.
void term_prepare(void);
/// Waits, stopped, until the program is in the foreground.
int term_open(int mouse);
void term_close(void);
int term_utf8(void);
int term_colors(void);
int term_pairs(void);
int term_pair(int pair, int foreground, int background);
void term_size(int *height, int *width);
/// Whether the window has another size than the screen was drawn in; from now on it is drawn in that.
int term_resized(void);
/// The description that the terminal is drawn by in place of TERM's own, which is not known here; empty where
/// that is.
const char *term_substitute(void);
/// The bytes that a terminfo name such as "kcuu1" says a key sends; NULL where it says none.
const char *term_key_string(const char *name);

/// `glyph` is one base and up to four marks, ended by 0. Returns 0 when it was put.
int term_put(int row, int column, const unsigned *glyph, unsigned attributes, int pair);
/// Sends what changed, and leaves the terminal's cursor at a place, hidden as it is: there an input method
/// opens its window, and a screen reader or a braille display follows.
void term_refresh(int everything, int row, int column);

/// Reads what was typed, without waiting: the number of bytes, 0 for none.
int term_read(unsigned char *bytes, int size);
/// Asks the terminal to mark pastes; a shell that ran meanwhile may have asked for the contrary.
void term_mark_pastes(void);
/// What turns that on or off; NULL for a terminal that would print it.
const char *term_paste_string(int on);

/// A negative time is without end. Stops the program where it was asked to, or is in the background;
/// TERM_RESUMED when it goes on: draw everything.
int term_wait(int milliseconds);
/// May be called from any thread and any signal handler.
void term_wake(void);
/// Gives the terminal back and stops the program; the next drawing takes it again.
void term_suspend(void);
#endif
