#include "cache/home.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/base-error.h"
#include "base/path.h"
#include "cache/cache.h"

enum { MOST_NAMESAKES = 1000 };

char *
cache_default_home (void)
{
  const char *home = g_getenv ("PEEL_HOME");
  if (home != NULL && home[0] != '\0')
    return g_canonicalize_filename (home, NULL);
  /* Not g_get_user_data_dir(): it remembers its first answer. */
  const char *data = g_getenv ("XDG_DATA_HOME");
  if (data != NULL && data[0] == '/')
    return g_build_filename (data, "peel", NULL);
  return g_build_filename (g_get_home_dir (), ".local", "share", "peel", NULL);
}

bool
home_make (const char *home, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (home);
  if (!path_make_folder (parent, error))
    return false;
  if (mkdir (home, 0700) != 0 && errno != EEXIST)
    return base_error_set_errno (
      error, errno, "cannot make the cache's folder %s (PEEL_HOME or --home names another)", home);
  static const char *const folders[] = { "originals", "quarantine", "writers" };
  for (unsigned i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autofree char *folder = g_build_filename (home, folders[i], NULL);
    if (!path_make_folder (folder, error))
      return false;
  }
  return true;
}

char *
home_shelf_path (const char *home, unsigned shelf)
{
  return g_strdup_printf ("%s/originals/%02x", home, shelf);
}

static char *
dup_original_path (const char *home, const Digest *digest, const char *suffix)
{
  DigestHex hex = digest_to_hex (digest);
  return g_strdup_printf ("%s/originals/%.2s/%s%s", home, hex.text, hex.text, suffix);
}

char *
home_blob_path (const char *home, const Digest *digest)
{
  return dup_original_path (home, digest, ".zst");
}

char *
home_pixels_path (const char *home, const Digest *digest)
{
  return dup_original_path (home, digest, ".pix");
}

char *
home_sidecar_path (const char *home, const Digest *digest)
{
  return dup_original_path (home, digest, ".json");
}

int
home_lock_shelf (const char *home, unsigned shelf, GError **error)
{
  g_autofree char *folder = home_shelf_path (home, shelf);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int result = -1;
  while (fd >= 0 && (result = flock (fd, LOCK_EX)) != 0 && errno == EINTR)
    continue;
  if (fd >= 0 && result == 0)
    return fd;
  base_error_set_errno (error, errno, "cannot lock %s", folder);
  if (fd >= 0)
    close (fd);
  return -1;
}

int
home_rename_new (const char *from, const char *to)
{
  int result = renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
  if (result == 0 || (errno != EINVAL && errno != ENOSYS))
    return result;
  /* A file system that cannot: here the look and the rename are two steps. */
  if (faccessat (AT_FDCWD, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
    errno = EEXIST;
    return -1;
  }
  return rename (from, to);
}

/* Damaged twice is kept twice. */
static int
move_into (const char *from, const char *folder, char **out_path)
{
  g_autofree char *name = g_path_get_basename (from);
  for (int i = 1; i <= MOST_NAMESAKES; i++) {
    g_autofree char *path = i == 1 ? g_build_filename (folder, name, NULL)
                                   : g_strdup_printf ("%s/%s-%d", folder, name, i);
    if (home_rename_new (from, path) == 0) {
      *out_path = g_steal_pointer (&path);
      return 0;
    }
    if (errno != EEXIST)
      return -1;
  }
  return -1;
}

bool
home_has_name (int fd, const char *path)
{
  struct stat opened, named;
  return fstat (fd, &opened) == 0 && stat (path, &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

/* Between the look and the move another process may have put a good file there, perhaps the only
 * one: it goes back. */
static bool
move_away (const char *home, const char *path, int fd, char **out_fate)
{
  g_autofree char *folder = g_build_filename (home, "quarantine", NULL);
  g_autofree char *moved = NULL;
  bool is_replaced = !home_has_name (fd, path);
  bool is_moved = !is_replaced && move_into (path, folder, &moved) == 0;
  int why = errno;
  if (is_moved && !home_has_name (fd, moved))
    is_replaced = home_rename_new (moved, path) == 0 || errno == EEXIST;
  if (is_replaced)
    *out_fate = g_strdup ("and has been replaced in the meantime by another process");
  else if (is_moved)
    *out_fate = g_strdup_printf ("and was moved to %s", moved);
  else
    *out_fate = g_strdup_printf ("and could not be moved to %s (%s)", folder, g_strerror (why));
  return is_replaced || is_moved;
}

bool
home_quarantine (const char *home, const char *path, int fd, char **out_fate)
{
  g_autofree char *fate = NULL;
  bool is_away = move_away (home, path, fd, &fate);
  if (out_fate != NULL)
    *out_fate = g_steal_pointer (&fate);
  return is_away;
}

bool
cache_is_local (const char *home, char **out_file_system)
{
  /* linux/magic.h has not all of them. FUSE may be either (sshfs, ntfs-3g, mergerfs) and is
   * taken for local. */
  static const struct {
    unsigned magic;
    const char *name;
  } networks[] = {
    { 0x6969, "NFS" },      { 0xff534d42, "CIFS" }, { 0xfe534d42, "SMB" },    { 0x517b, "SMB" },
    { 0x00c36400, "Ceph" }, { 0x01021997, "9p" },   { 0x5346414f, "AFS" },    { 0x6b414653, "AFS" },
    { 0x73757245, "Coda" }, { 0x564c, "NCP" },      { 0x0bd00bd0, "Lustre" },
  };
  struct statfs status;
  if (statfs (home, &status) != 0)
    return true;
  for (unsigned i = 0; i < G_N_ELEMENTS (networks); i++)
    if ((unsigned)status.f_type == networks[i].magic) {
      *out_file_system = g_strdup (networks[i].name);
      return false;
    }
  return true;
}

void
home_explain_damage (GError **error, const char *home, const char *path, int fd, const char *what,
                     const char *advice)
{
  g_autofree char *found = g_strdup ((*error)->message);
  g_autofree char *fate = NULL;
  home_quarantine (home, path, fd, &fate);
  g_clear_error (error);
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT, "the %s %s is damaged (%s) %s. %s", what,
               path, found, fate, advice);
}
