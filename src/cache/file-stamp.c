#include <sys/stat.h>

#include "cache/state.h"

static bool
take_stamp (const struct stat *status, FileStamp *out_stamp)
{
  if (!S_ISREG (status->st_mode))
    return false;
  out_stamp->size_bytes = status->st_size;
  out_stamp->mtime_ns = (int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec;
  out_stamp->inode = (int64_t)status->st_ino;
  return true;
}

bool
file_stamp_read (const char *path, FileStamp *out_stamp)
{
  struct stat status;
  return stat (path, &status) == 0 && take_stamp (&status, out_stamp);
}

bool
file_stamp_of_fd (int fd, FileStamp *out_stamp)
{
  struct stat status;
  return fstat (fd, &status) == 0 && take_stamp (&status, out_stamp);
}

bool
file_stamp_equal (const FileStamp *a, const FileStamp *b)
{
  return a->size_bytes == b->size_bytes && a->mtime_ns == b->mtime_ns && a->inode == b->inode;
}
