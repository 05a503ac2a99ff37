// Which terminfo description the terminal is drawn by.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#include <term.h>
#include "CTerminal.h"
#include "internal.h"

static const char *substitute = "";
static int brackets_pastes;

// Terminals whose descriptions many systems lack, and the one that draws them right. Their makers say so, or
// they take the place of that terminal.
static const struct { const char *family, *like; } families[] = {
  {"xterm", "xterm-256color"}, {"kitty", "xterm-256color"}, {"ghostty", "xterm-256color"},
  {"alacritty", "xterm-256color"}, {"foot", "xterm-256color"}, {"wezterm", "xterm-256color"},
  {"contour", "xterm-256color"}, {"rio", "xterm-256color"}, {"konsole", "xterm-256color"},
  {"vte", "xterm-256color"}, {"gnome", "xterm-256color"}, {"st", "xterm-256color"},
  {"mintty", "xterm-256color"}, {"iterm2", "xterm-256color"}, {"iTerm2.app", "xterm-256color"},
  {"ms-terminal", "xterm-256color"},
  {"tmux", "screen-256color"}, {"screen", "screen-256color"}, {"rxvt", "rxvt"},
};
enum { FAMILIES = sizeof families / sizeof *families };

const char *term_string(const char *name) {
  const char *text = tigetstr(name);
  return text == (const char *)-1 || (text && !*text) ? NULL : text;
}

static int load(const char *name) {
  int error;
  return *name && setupterm(name, 1, &error) == OK;
}

static void unload(void) { del_curterm(cur_term); }

// A family's terminals are called by its name, and by that with something behind it: "st" is no "stv52".
static const char *likeness(const char *name) {
  for (int i = 0; i < FAMILIES; i++) {
    size_t length = strlen(families[i].family);
    if (strncmp(name, families[i].family, length) != 0) continue;
    if (!name[length] || strchr("-.+", name[length])) return families[i].like;
  }
  return NULL;
}

// Whether the terminal says that it shows 24-bit colours: by the variable that most set, or as tmux' own
// capability.
static int says_direct(void) {
  const char *colors = getenv("COLORTERM");
  return (colors && (!strcmp(colors, "truecolor") || !strcmp(colors, "24bit"))) || tigetflag("Tc") > 0;
}

// The description of the same terminal with 24-bit colours, where the system has one: ncurses sends no
// others.
static int load_direct(const char *name, char *direct, size_t size) {
  const char *end = strstr(name, "-256color");
  int length = end ? (int)(end - name) : (int)strlen(name);
  if (snprintf(direct, size, "%.*s-direct", length, name) >= (int)size || !load(direct)) return 0;
  if (tigetflag("RGB") > 0) return 1;
  unload();
  return 0;
}

int term_describe(const char **chosen) {
  static char direct[64];
  const char *name = getenv("TERM");
  substitute = "";
  if (!name || !*name) return TERM_UNKNOWN;
  if (!load(name)) {
    const char *like = likeness(name);
    if (!like || !load(like)) return TERM_UNKNOWN;
    name = substitute = like;
  }
  const char *move = term_string("cup");
  if (!move) {
    unload();
    return TERM_UNUSABLE;
  }
  if (says_direct() && tigetflag("RGB") <= 0) {
    unload();
    if (load_direct(name, direct, sizeof direct)) name = direct;
    else load(name);
  }
  // Few descriptions tell of pastes, and most terminals do. One whose sequences are those of ECMA-48 passes
  // over a mode that it has not, the Linux console and a VT100 among them; any other would print it.
  brackets_pastes = term_string("BE") != NULL || strncmp(move, "\033[", 2) == 0;
  *chosen = name;
  return TERM_OPENED;
}

const char *term_substitute(void) { return substitute; }

const char *term_paste_string(int on) {
  const char *own = term_string(on ? "BE" : "BD");
  return !brackets_pastes ? NULL : own ? own : on ? "\033[?2004h" : "\033[?2004l";
}

const char *term_key_string(const char *name) { return term_string(name); }
