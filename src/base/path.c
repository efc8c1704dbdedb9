#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"

/* The kernel follows as many links. */
enum { LONGEST_NAME_BYTES = 100, READ_BYTES = 65536, MOST_LINKS = 40 };

char *
path_resolve (const char *folder, const char *path)
{
  return g_canonicalize_filename (path, folder);
}

bool
path_is_within (const char *path, const char *folder)
{
  size_t length = strlen (folder);
  while (length > 1 && folder[length - 1] == '/')
    length--;
  if (length == 1)
    return path[0] == '/';
  return strncmp (path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

char *
path_relative (const char *path, const char *folder)
{
  g_auto (GStrv) to = g_strsplit (path, "/", -1);
  g_auto (GStrv) from = g_strsplit (folder, "/", -1);
  unsigned shared = 0;
  while (to[shared] != NULL && from[shared] != NULL && strcmp (to[shared], from[shared]) == 0)
    shared++;
  GString *out = g_string_new (NULL);
  for (unsigned i = shared; from[i] != NULL; i++)
    if (from[i][0] != '\0')
      g_string_append (out, "../");
  for (unsigned i = shared; to[i] != NULL; i++)
    g_string_append_printf (out, "%s%s", to[i], to[i + 1] != NULL ? "/" : "");
  if (out->len > 0 && out->str[out->len - 1] == '/')
    g_string_truncate (out, out->len - 1);
  if (out->len == 0)
    g_string_append_c (out, '.');
  return g_string_free (out, FALSE);
}

char *
path_real (const char *path)
{
  g_autofree char *head = g_strdup (path);
  g_autofree char *tail = g_strdup ("");
  for (;;) {
    char *real = realpath (head, NULL);
    if (real != NULL) {
      char *joined = tail[0] != '\0' ? g_build_filename (real, tail, NULL) : g_strdup (real);
      free (real);
      return joined;
    }
    if (strcmp (head, "/") == 0 || strcmp (head, ".") == 0)
      return g_strdup (path);
    g_autofree char *name = g_path_get_basename (head);
    char *longer = tail[0] != '\0' ? g_build_filename (name, tail, NULL) : g_strdup (name);
    g_free (tail);
    tail = longer;
    char *parent = g_path_get_dirname (head);
    g_free (head);
    head = parent;
  }
}

char *
path_follow_links (const char *path, GError **error)
{
  g_autofree char *at = g_strdup (path);
  for (int i = 0; i < MOST_LINKS; i++) {
    struct stat status;
    if (lstat (at, &status) != 0 || !S_ISLNK (status.st_mode))
      return g_steal_pointer (&at);
    char next[PATH_MAX];
    ssize_t length = readlink (at, next, sizeof next - 1);
    if (length < 0) {
      (void)base_error_set_errno (error, errno, "cannot follow the link %s", at);
      return NULL;
    }
    next[length] = '\0';
    g_autofree char *folder = g_path_get_dirname (at);
    g_free (at);
    at = g_path_is_absolute (next) ? g_strdup (next) : g_build_filename (folder, next, NULL);
  }
  (void)base_error_set_errno (error, ELOOP, "cannot follow the link %s", path);
  return NULL;
}

bool
path_open_stream (const char *path, int *out_fd, GError **error)
{
  struct stat status;
  *out_fd = -1;
  if (stat (path, &status) != 0 || S_ISREG (status.st_mode) || S_ISDIR (status.st_mode))
    return true;
  *out_fd = open (path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  return *out_fd >= 0 || base_error_set_errno (error, errno, "cannot open %s", path);
}

bool
path_sync_folder_of (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return base_error_set_errno (error, errno, "cannot open the folder %s", folder);
  int result = fsync (fd);
  int why = errno;
  close (fd);
  /* EINVAL: a file system whose folders cannot be synced; the rename is all there is. */
  if (result != 0 && why != EINVAL)
    return base_error_set_errno (error, why, "cannot sync the folder %s", folder);
  return true;
}

static bool
is_folder (const char *path)
{
  struct stat status;
  return stat (path, &status) == 0 && S_ISDIR (status.st_mode);
}

bool
path_make_folder (const char *folder, GError **error)
{
  if (is_folder (folder))
    return true;
  g_autofree char *parent = g_path_get_dirname (folder);
  if (strcmp (parent, folder) != 0 && !path_make_folder (parent, error))
    return false;
  if (mkdir (folder, 0777) != 0) {
    int why = errno;
    /* Another process may have made it meanwhile; a file or a link to nowhere may have the name. */
    if (why != EEXIST || !is_folder (folder))
      return base_error_set_errno (error, why == EEXIST ? ENOTDIR : why,
                                   "cannot make the folder %s", folder);
  }
  /* Not every file system can; the folder is made again if it is lost. */
  (void)path_sync_folder_of (folder, NULL);
  return true;
}

static bool
read_all (int fd, const char *name, int64_t limit, char **out_text, size_t *out_length,
          GError **error)
{
  /* A GByteArray counts in 32 bits. */
  limit = MIN (limit, G_MAXINT32);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree uint8_t *buffer = g_malloc (READ_BYTES);
  for (;;) {
    ssize_t got = read (fd, buffer, READ_BYTES);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return base_error_set_errno (error, errno, "cannot read %s", name);
    if (got == 0)
      break;
    if ((int64_t)bytes->len + got > limit) {
      g_set_error (error, BASE_ERROR, BASE_ERROR_TOO_LARGE,
                   "%s is larger than %" G_GINT64_FORMAT " bytes, the most that is read", name,
                   limit);
      return false;
    }
    g_byte_array_append (bytes, buffer, (guint)got);
  }
  *out_length = bytes->len;
  g_byte_array_append (bytes, (const guint8 *)"", 1);
  *out_text = (char *)g_byte_array_free (g_steal_pointer (&bytes), FALSE);
  return true;
}

bool
path_read_file (const char *path, int64_t limit, char **out_text, size_t *out_length,
                GError **error)
{
  if (strcmp (path, "-") == 0)
    return read_all (STDIN_FILENO, "standard input", limit, out_text, out_length, error);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return base_error_set_errno (error, errno, "cannot open %s", path);
  bool ok = read_all (fd, path, limit, out_text, out_length, error);
  close (fd);
  return ok;
}

/* Of the file that is open, so that it cannot become another one meanwhile. */
static bool
check_own (int fd, const char *path, GError **error)
{
  struct stat status;
  if (fstat (fd, &status) != 0)
    return base_error_set_errno (error, errno, "cannot read %s", path);
  const char *problem = NULL;
  if (!S_ISREG (status.st_mode))
    problem = "is no regular file";
  else if (status.st_uid != geteuid () && status.st_uid != 0)
    problem = "belongs to another user";
  else if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    problem = "can be written by other users: take that right away (chmod go-w)";
  if (problem == NULL)
    return true;
  g_set_error (error, BASE_ERROR, BASE_ERROR_UNSAFE, "%s %s", path, problem);
  return false;
}

bool
path_read_own_file (const char *path, int64_t limit, char **out_text, size_t *out_length,
                    GError **error)
{
  /* A pipe must not make it wait. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return base_error_set_errno (error, errno, "cannot open %s", path);
  bool ok = check_own (fd, path, error) && read_all (fd, path, limit, out_text, out_length, error);
  close (fd);
  return ok;
}

char *
path_dup_stem (const char *path)
{
  char *name = g_path_get_basename (path);
  char *dot = strrchr (name, '.');
  if (dot != NULL && dot != name)
    *dot = '\0';
  return name;
}

char *
path_safe_name (const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  g_autofree char *composed = g_utf8_normalize (valid, -1, G_NORMALIZE_DEFAULT_COMPOSE);
  GString *out = g_string_new (NULL);
  for (const char *at = composed; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar letter = g_utf8_get_char (at);
    bool keep = g_unichar_isalnum (letter) || g_unichar_ismark (letter) || letter == '.' ||
                letter == '_';
    char spelled[7];
    spelled[g_unichar_to_utf8 (keep ? letter : '-', spelled)] = '\0';
    if (out->len + strlen (spelled) > LONGEST_NAME_BYTES)
      break;
    if (keep || (out->len > 0 && out->str[out->len - 1] != '-'))
      g_string_append (out, spelled);
  }
  while (out->len > 0 && (out->str[out->len - 1] == '-' || out->str[out->len - 1] == '.'))
    g_string_truncate (out, out->len - 1);
  unsigned skip = 0;
  while (skip < out->len && (out->str[skip] == '.' || out->str[skip] == '-'))
    skip++;
  g_string_erase (out, 0, skip);
  if (out->len == 0)
    g_string_append_c (out, '_');
  return g_string_free (out, FALSE);
}
