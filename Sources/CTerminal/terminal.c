// The dozen ncurses calls that the Swift side is built on.
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
#include "CTerminal.h"
#include "internal.h"

// A press and its release that arrive at once, as over a slow line, are clicks to ncurses, whatever the interval.
enum { PRESSED = BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED | BUTTON1_TRIPLE_CLICKED };

static SCREEN *screen;
static FILE *keys;
static int wake = -1, utf8;

void term_prepare(void) {
  if (wake >= 0) return;
  setlocale(LC_CTYPE, "");
  utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  if (!utf8 && setlocale(LC_CTYPE, "C.UTF-8")) utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

// Whether the terminal says that it shows 24-bit colours: by the variable that most set, or as tmux' own capability.
static int says_direct(void) {
  const char *colors = getenv("COLORTERM");
  return (colors && (!strcmp(colors, "truecolor") || !strcmp(colors, "24bit"))) || tigetflag("Tc") > 0;
}

// The description of the same terminal with 24-bit colours, where the system has one: ncurses sends no others.
static int find_direct(const char *name, char *direct, size_t size) {
  const char *end = strstr(name, "-256color");
  int length = end ? (int)(end - name) : (int)strlen(name), error;
  if (snprintf(direct, size, "%.*s-direct", length, name) >= (int)size) return 0;
  if (setupterm(direct, 1, &error) != OK) return 0;
  int usable = tigetflag("RGB") > 0;
  del_curterm(cur_term);
  return usable;
}

int term_open(int mouse) {
  if (screen) return TERM_OPENED;
  term_prepare();
  if (!isatty(1)) return TERM_NO_OUTPUT;
  int error;
  const char *name = getenv("TERM");
  if (!name || setupterm(name, 1, &error) != OK) return TERM_UNUSABLE;
  const char *move = tigetstr("cup");
  int usable = move && move != (char *)-1, wants_direct = says_direct() && tigetflag("RGB") <= 0;
  del_curterm(cur_term);
  if (!usable) return TERM_UNUSABLE;
  char direct[64];
  if (wants_direct && find_direct(name, direct, sizeof direct)) name = direct;
  keys = isatty(0) ? stdin : fopen("/dev/tty", "r+e");
  if (!keys) return TERM_NO_KEYBOARD;
  term_guard_begin(fileno(keys));
  // Before ncurses looks: where nobody handles a stop, it discards those that come while it draws.
  term_signals_begin();
  screen = newterm(name, stdout, keys);
  if (!screen) {
    term_signals_end();
    term_guard_end();
    return TERM_FAILED;
  }
  if (!getenv("ESCDELAY")) set_escdelay(25);
  cbreak();
  noecho();
  nonl();
  // Ctrl-C is a key here; Ctrl-Z stays a signal.
  struct termios modes;
  if (tcgetattr(fileno(keys), &modes) == 0) {
    modes.c_cc[VINTR] = _POSIX_VDISABLE;
    tcsetattr(fileno(keys), TCSADRAIN, &modes);
    def_prog_mode();
  }
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  curs_set(0);
  if (has_colors()) {
    start_color();
    use_default_colors();
  }
  if (mouse) {
    mouseinterval(0);
    mousemask(PRESSED | BUTTON1_RELEASED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
  }
  // Codes of one's own lie beyond those that ncurses gives to the keys that it knows.
  const char *begin = tigetstr("PS"), *end = tigetstr("PE");
  if (begin && begin != (char *)-1) define_key(begin, TERM_PASTE_BEGIN);
  if (end && end != (char *)-1) define_key(end, TERM_PASTE_END);
  term_mark_pastes();
  term_guard_strings();
  return TERM_OPENED;
}

static void send(const char *name) {
  const char *text = tigetstr(name);
  if (!text || text == (char *)-1) return;
  putp(text);
  fflush(stdout);
}

void term_mark_pastes(void) {
  if (screen) send("BE");
}

void term_close(void) {
  if (!screen) return;
  term_signals_end();
  mousemask(0, NULL);
  send("BD");
  endwin();
  delscreen(screen);
  screen = NULL;
  if (keys != stdin) fclose(keys);
  term_guard_end();
}

int term_utf8(void) { return utf8; }
int term_colors(void) { return screen && has_colors() ? COLORS : 0; }
int term_pairs(void) { return screen && has_colors() ? COLOR_PAIRS : 0; }
int term_pair(int pair, int foreground, int background) { return init_extended_pair(pair, foreground, background); }
void term_size(int *height, int *width) {
  *height = screen ? LINES : 0;
  *width = screen ? COLS : 0;
}

int term_put(int row, int column, const unsigned *glyph, unsigned attributes, int pair) {
  if (!screen) return ERR;
  wchar_t text[6] = {0};
  for (int i = 0; i < 5 && glyph[i]; i++) text[i] = (wchar_t)glyph[i];
  attr_t bits = (attributes & TERM_BOLD ? A_BOLD : 0) | (attributes & TERM_DIM ? A_DIM : 0) |
                (attributes & TERM_REVERSE ? A_REVERSE : 0) | (attributes & TERM_UNDERLINE ? A_UNDERLINE : 0);
  cchar_t cell;
  // Where the C library knows no width for a new character, ncurses refuses it: a question mark then.
  if (wcwidth(text[0]) < 1 || setcchar(&cell, text, bits, 0, &pair) != OK) setcchar(&cell, L"?", bits, 0, &pair);
  return mvadd_wch(row, column, &cell);
}

void term_refresh(int everything) {
  if (!screen) return;
  if (everything) clearok(stdscr, TRUE);
  refresh();
}

int term_read(unsigned *key) {
  if (!screen) return TERM_NONE;
  // The size may also have changed while stopped, without a signal. resizeterm would report it a second time.
  struct winsize now;
  if (ioctl(1, TIOCGWINSZ, &now) == 0 && now.ws_row && now.ws_col && (now.ws_row != LINES || now.ws_col != COLS)) {
    resize_term(now.ws_row, now.ws_col);
    *key = KEY_RESIZE;
    return TERM_KEY;
  }
  // Of a character of several bytes, the first may come alone. Without a moment's patience for the others, ncurses 6 puts
  // it back in a way that loses up to 140 bytes behind it: long pastes had gaps.
  struct pollfd on = {.fd = fileno(keys), .events = POLLIN};
  timeout(poll(&on, 1, 0) > 0 ? 20 : 0);
  wint_t got;
  int kind = get_wch(&got);
  *key = got;
  return kind == OK ? TERM_CHARACTER : kind == KEY_CODE_YES ? TERM_KEY : TERM_NONE;
}

int term_mouse(int *row, int *column) {
  MEVENT event;
  if (getmouse(&event) != OK) return 0;
  *row = event.y;
  *column = event.x;
  if (event.bstate & PRESSED) return 1;
  if (event.bstate & BUTTON1_RELEASED) return 2;
  if (event.bstate & BUTTON4_PRESSED) return 3;
  return event.bstate & BUTTON5_PRESSED ? 4 : 0;
}

int term_wait(int milliseconds) {
  if (!screen) return TERM_CLOSED;
  struct pollfd on[2] = {{.fd = fileno(keys), .events = POLLIN}, {.fd = wake, .events = POLLIN}};
  int count = poll(on, 2, milliseconds);
  if (count < 0) return errno == EINTR ? TERM_INPUT : TERM_CLOSED;
  if (on[1].revents) {
    uint64_t times;
    if (read(wake, &times, sizeof times) < 0) {}
    if (term_stop_wanted()) {
      term_suspend();
      return TERM_RESUMED;
    }
    if (term_continued()) {
      // Whoever stopped the program may have changed the terminal's modes: all are set again with the next drawing.
      endwin();
      term_mark_pastes();
      return TERM_RESUMED;
    }
    return TERM_WOKEN;
  }
  // Beside its end a terminal that is gone goes on to tell of input, which is none; keys before it have been read.
  if (on[0].revents & (POLLHUP | POLLERR | POLLNVAL)) {
    // Where it was the session's own, the kernel sends SIGHUP an instant after it wakes us: the signal is what one ends by.
    poll(NULL, 0, 200);
    return TERM_CLOSED;
  }
  return on[0].revents & POLLIN ? TERM_INPUT : TERM_TIME;
}

void term_wake(void) {
  uint64_t one = 1;
  if (wake >= 0 && write(wake, &one, sizeof one) < 0) {}
}

void term_suspend(void) {
  if (screen) {
    send("BD");
    endwin();
  }
  term_stop();
  term_mark_pastes();
}
