#include <sys/stat.h>

#include "cache/state.h"

bool
file_stamp_read (const char *path, FileStamp *out_stamp)
{
  struct stat status;
  if (stat (path, &status) != 0 || !S_ISREG (status.st_mode))
    return false;
  out_stamp->size_bytes = status.st_size;
  out_stamp->mtime_ns = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
  out_stamp->inode = (int64_t)status.st_ino;
  return true;
}

bool
file_stamp_equal (const FileStamp *a, const FileStamp *b)
{
  return a->size_bytes == b->size_bytes && a->mtime_ns == b->mtime_ns && a->inode == b->inode;
}
