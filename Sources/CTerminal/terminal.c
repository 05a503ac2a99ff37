// The dozen ncurses calls that the Swift side is built on. ncurses draws; what is typed is read as bytes.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#include <term.h>
#include "CFaults.h"
#include "CTerminal.h"
#include "internal.h"

static SCREEN *screen;
static FILE *keys;
static int wake = -1, utf8, ended;

void term_prepare(void) {
  if (wake >= 0) return;
  setlocale(LC_CTYPE, "");
  utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  if (!utf8 && setlocale(LC_CTYPE, "C.UTF-8")) utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

// Keys as they come. Ctrl-Z stays a signal; Ctrl-C and Ctrl-\ are keys, and Ctrl-S holds nothing up.
static void set_modes(void) {
  cbreak();
  noecho();
  nonl();
  struct termios modes;
  if (tcgetattr(fileno(keys), &modes) != 0) return;
  modes.c_cc[VINTR] = modes.c_cc[VQUIT] = _POSIX_VDISABLE;
  modes.c_iflag &= ~(tcflag_t)(IXON | IXOFF);
  modes.c_lflag &= ~(tcflag_t)IEXTEN;
  tcsetattr(fileno(keys), TCSADRAIN, &modes);
  def_prog_mode();
}

static int give_up(int reason) {
  term_signals_end();
  term_guard_end();
  if (keys != stdin) fclose(keys);
  return reason;
}

int term_open(int mouse) {
  if (screen) return TERM_OPENED;
  term_prepare();
  if (!isatty(1)) return TERM_NO_OUTPUT;
  const char *name;
  int known = term_describe(&name);
  if (known != TERM_OPENED) return known;
  keys = isatty(0) ? stdin : fopen("/dev/tty", "r+e");
  if (!keys) return TERM_NO_KEYBOARD;
  // Before ncurses looks: where nobody handles a stop, it discards those that come while it draws.
  term_signals_begin(fileno(keys));
  // Nothing is read, saved or changed of a terminal that is another job's.
  if (!term_hold()) return give_up(TERM_ORPHANED);
  term_guard_begin(fileno(keys));
  del_curterm(cur_term);
  term_guard_take(1);
  screen = newterm(name, stdout, keys);
  if (!screen) {
    term_guard_take(0);
    return give_up(TERM_FAILED);
  }
  ended = 0;
  set_modes();
  keypad(stdscr, TRUE);
  curs_set(0);
  if (has_colors()) {
    start_color();
    use_default_colors();
  }
  if (mouse) {
    mouseinterval(0);
    mousemask(BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
  }
  term_mark_pastes();
  return TERM_OPENED;
}

static void send(const char *text) {
  if (!text) return;
  putp(text);
  fflush(stdout);
}

void term_mark_pastes(void) {
  if (screen) send(term_paste_string(1));
}

// Gives the screen back; the next drawing takes it again.
static void give_screen_back(void) {
  send(term_paste_string(0));
  endwin();
  term_guard_take(0);
}

void term_close(void) {
  if (!screen) return;
  if (ended || term_in_background()) {
    // The modes are another's, or nobody's. Whoever has the terminal still does not want this screen on it.
    term_guard_restore();
  } else {
    mousemask(0, NULL);
    give_screen_back();
    delscreen(screen);
  }
  term_signals_end();
  screen = NULL;
  if (keys != stdin) fclose(keys);
  term_guard_end();
}

int term_utf8(void) { return utf8; }
int term_colors(void) { return screen && has_colors() ? COLORS : 0; }
int term_pairs(void) { return screen && has_colors() ? COLOR_PAIRS : 0; }
int term_pair(int pair, int foreground, int background) {
  return init_extended_pair(pair, foreground, background);
}
void term_size(int *height, int *width) {
  *height = screen ? LINES : 0;
  *width = screen ? COLS : 0;
}

int term_resized(void) {
  // The size may also have changed while stopped, without a signal.
  struct winsize now;
  if (!screen || ioctl(1, TIOCGWINSZ, &now) != 0 || !now.ws_row || !now.ws_col) return 0;
  if (now.ws_row == LINES && now.ws_col == COLS) return 0;
  resize_term(now.ws_row, now.ws_col);
  return 1;
}

int term_put(int row, int column, const unsigned *glyph, unsigned attributes, int pair) {
  if (!screen) return ERR;
  wchar_t text[6] = {0};
  for (int i = 0; i < 5 && glyph[i]; i++) text[i] = (wchar_t)glyph[i];
  attr_t bits = (attributes & TERM_BOLD ? A_BOLD : 0) | (attributes & TERM_DIM ? A_DIM : 0) |
                (attributes & TERM_REVERSE ? A_REVERSE : 0) | (attributes & TERM_UNDERLINE ? A_UNDERLINE : 0);
  cchar_t cell;
  // Where the C library knows no width for a new character, ncurses refuses it: a question mark then.
  if (wcwidth(text[0]) < 1 || setcchar(&cell, text, bits, 0, &pair) != OK)
    setcchar(&cell, L"?", bits, 0, &pair);
  return mvadd_wch(row, column, &cell);
}

static int resumed(void) {
  // Whoever had the terminal may have changed its modes: all are set again with the next drawing.
  endwin();
  term_mark_pastes();
  return TERM_RESUMED;
}

void term_refresh(int everything, int row, int column) {
  if (!screen || ended) return;
  // A signal on another thread is giving the screen back.
  while (term_guard_is_dying()) poll(NULL, 0, 100);
  int held = term_hold();
  if (!held) return;
  if (held == 2) {
    resumed();
    everything = 1;
  }
  if (everything) clearok(stdscr, TRUE);
  move(row, column);
  term_guard_take(1);
  refresh();
}

int term_read(unsigned char *bytes, int size) {
  if (!screen || term_in_background()) return 0;
  struct pollfd on = {.fd = fileno(keys), .events = POLLIN};
  if (poll(&on, 1, 0) <= 0 || !(on.revents & POLLIN)) return 0;
  ssize_t count = read(fileno(keys), bytes, (size_t)size);
  // A terminal that tells of input and has none is gone, or refuses us: nothing will come of asking again.
  if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) ended = 1;
  return count > 0 ? (int)count : 0;
}

static int closed(void) {
  ended = 1;
  // Where the terminal was the session's own, the kernel sends SIGHUP an instant after it wakes us: the
  // signal is what one ends by.
  poll(NULL, 0, 200);
  return TERM_CLOSED;
}

// Where the shell that ran this program has gone, the one before it takes the terminal some moments later, and
// no signal tells: one looks, now and then.
static int wait_for_either(struct pollfd on[2], int milliseconds) {
  enum { SLICE = 250 };
  while (term_lost_parent() && (milliseconds < 0 || milliseconds > SLICE)) {
    int count = poll(on, 2, SLICE);
    if (count || term_in_background()) return count;
    if (milliseconds > 0) milliseconds -= SLICE;
  }
  return poll(on, 2, milliseconds);
}

int term_wait(int milliseconds) {
  // Tasks end on threads other than they began on.
  fault_stack();
  term_watch_parent();
  if (!screen || ended) return closed();
  struct pollfd on[2] = {{.fd = fileno(keys), .events = POLLIN}, {.fd = wake, .events = POLLIN}};
  int count = wait_for_either(on, milliseconds);
  if (count < 0 && errno != EINTR) return closed();
  if (count > 0 && on[1].revents) {
    uint64_t times;
    if (read(wake, &times, sizeof times) < 0) {}
    if (term_stop_wanted()) {
      term_suspend();
      return ended ? closed() : TERM_RESUMED;
    }
  }
  int was_continued = term_continued(), held = term_hold();
  if (!held) return closed();
  if (was_continued || held == 2) return resumed();
  if (count < 0) return TERM_INPUT;
  if (on[1].revents) return TERM_WOKEN;
  // Beside its end a terminal that is gone goes on to tell of input, which is none; keys before it have been
  // read.
  if (on[0].revents & (POLLHUP | POLLERR | POLLNVAL)) return closed();
  return on[0].revents & POLLIN ? TERM_INPUT : TERM_TIME;
}

void term_wake(void) {
  uint64_t one = 1;
  if (wake >= 0 && write(wake, &one, sizeof one) < 0) {}
}

void term_suspend(void) {
  if (screen) give_screen_back();
  term_stop();
  // Continued in the background, it waits on without a touch of the terminal.
  if (!term_hold()) {
    ended = 1;
    return;
  }
  term_mark_pastes();
}
