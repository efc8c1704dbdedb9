#include "transport/key-file.h"

#include <sys/stat.h>

#include "base/path.h"
#include "base/secret.h"
#include "transport/json-text.h"
#include "transport/transport-error.h"

#define READABLE_TYPES                                                                             \
  "service_account, authorized_user, external_account and impersonated_service_account"

/* ---- fields ---- */

typedef enum {
  FIELD_NEEDED = 1,
  FIELD_SECRET = 2,
  FIELD_BLOCK = 4,      /* may have line ends */
  FIELD_URL = 8,        /* a secret or a token is sent there */
  FIELD_LOCAL_URL = 16, /* and it may be the metadata address of a cloud */
} FieldFlags;

typedef struct {
  const char *name;
  size_t offset; /* of a char* in KeyFile */
  unsigned flags;
} Field;

#define FIELD(name, member, flags)                                                                 \
  {                                                                                                \
    name, offsetof (KeyFile, member), flags                                                        \
  }

static const Field common_fields[] = {
  FIELD ("quota_project_id", quota_project, 0),
};
static const Field service_fields[] = {
  FIELD ("client_email", email, FIELD_NEEDED),
  FIELD ("private_key", private_key, FIELD_NEEDED | FIELD_SECRET | FIELD_BLOCK),
  FIELD ("private_key_id", key_id, 0),
  FIELD ("token_uri", token_url, FIELD_URL),
  FIELD ("project_id", project, 0),
};
static const Field user_fields[] = {
  FIELD ("client_id", client_id, FIELD_NEEDED),
  FIELD ("client_secret", client_secret, FIELD_NEEDED | FIELD_SECRET),
  FIELD ("refresh_token", refresh_token, FIELD_NEEDED | FIELD_SECRET),
  FIELD ("token_uri", token_url, FIELD_URL),
  FIELD ("account", email, 0),
};
static const Field external_fields[] = {
  FIELD ("audience", audience, FIELD_NEEDED),
  FIELD ("subject_token_type", subject_token_type, FIELD_NEEDED),
  FIELD ("token_url", token_url, FIELD_NEEDED | FIELD_URL),
  FIELD ("service_account_impersonation_url", impersonation_url, FIELD_URL),
  FIELD ("client_id", client_id, 0),
  FIELD ("client_secret", client_secret, FIELD_SECRET),
  FIELD ("workforce_pool_user_project", user_project, 0),
};
static const Field impersonated_fields[] = {
  FIELD ("service_account_impersonation_url", impersonation_url, FIELD_NEEDED | FIELD_URL),
};
static const Field subject_fields[] = {
  FIELD ("file", subject_path, 0),
  FIELD ("url", subject_url, FIELD_URL | FIELD_LOCAL_URL),
};
static const Field format_fields[] = {
  FIELD ("subject_token_field_name", subject_member, FIELD_NEEDED),
};

/* Where a reader is: "source_credentials." stands before the names of errors. */
typedef struct {
  const char *shown;
  const char *prefix;
  KeyFile *file;
  GError **error;
} Reader;

static bool
fail (const Reader *reader, const char *name, const char *problem)
{
  return transport_error_set (reader->error, TRANSPORT_ERROR_CREDENTIAL, "%s: '%s%s' %s",
                              reader->shown, reader->prefix, name, problem);
}

/* Two readers of one address (this one and the sender's) must not see two hosts in it, so what either
 * could take differently is refused. */
static bool
is_safe_url (const char *url, bool may_be_local)
{
  const char *authority = strstr (url, "://");
  if (authority == NULL || strpbrk (url, "\\#") != NULL || !json_text_is_token (url))
    return false;
  if (authority[3 + strcspn (authority + 3, "/?@")] == '@')
    return false;
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  if (host == NULL || host[0] == '\0')
    return false;
  if (strcmp (g_uri_get_scheme (uri), "https") == 0)
    return true;
  bool is_here = strcmp (host, "localhost") == 0 || strcmp (host, "127.0.0.1") == 0 ||
                 strcmp (host, "::1") == 0 ||
                 (may_be_local && strcmp (host, "169.254.169.254") == 0);
  return is_here && strcmp (g_uri_get_scheme (uri), "http") == 0;
}

/* What is wrong with a text, or NULL. */
static const char *
find_problem (const Field *field, const char *text)
{
  bool may_be_local = (field->flags & FIELD_LOCAL_URL) != 0;
  if (text[0] == '\0')
    return "is empty";
  if (!(field->flags & FIELD_BLOCK) && !json_text_is_line (text))
    return "has a control character in it";
  if ((field->flags & FIELD_URL) && !is_safe_url (text, may_be_local))
    return may_be_local ? "must be an https address (http only to this computer or to "
                          "169.254.169.254)"
                        : "must be an https address (http only to this computer)";
  return NULL;
}

/* A key is also hidden line by line: in JSON its line ends are "\n". */
static void
remember (const char *text)
{
  secret_remember (text);
  if (strchr (text, '\n') == NULL)
    return;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (!g_str_has_prefix (*line, "-----"))
      secret_remember (g_strstrip (*line));
}

static bool
read_field (const Reader *reader, const Node *map, const Field *field)
{
  const Node *value = node_get (map, field->name);
  bool is_absent = value == NULL || value->kind == NODE_NULL;
  if (!is_absent && value->kind == NODE_TEXT && (field->flags & FIELD_SECRET))
    remember (value->text);
  if (is_absent)
    return !(field->flags & FIELD_NEEDED) || fail (reader, field->name, "is missing");
  if (value->kind != NODE_TEXT)
    return fail (reader, field->name, "must be a text");
  const char *problem = find_problem (field, value->text);
  if (problem != NULL)
    return fail (reader, field->name, problem);
  char **out = (char **)G_STRUCT_MEMBER_P (reader->file, field->offset);
  secret_free (*out);
  *out = g_strdup (value->text);
  return true;
}

static bool
read_fields (const Reader *reader, const Node *map, const Field *fields, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!read_field (reader, map, &fields[i]))
      return false;
  return true;
}
#define READ_FIELDS(reader, map, fields) read_fields (reader, map, fields, G_N_ELEMENTS (fields))

/* ---- kinds ---- */

static bool
read_service_account (const Reader *reader, const Node *root)
{
  if (!READ_FIELDS (reader, root, service_fields))
    return false;
  if (reader->file->token_url == NULL)
    reader->file->token_url = g_strdup ("https://oauth2.googleapis.com/token");
  return true;
}

static bool
read_user (const Reader *reader, const Node *root)
{
  if (!READ_FIELDS (reader, root, user_fields))
    return false;
  if (reader->file->token_url == NULL)
    reader->file->token_url = g_strdup ("https://oauth2.googleapis.com/token");
  return true;
}

/* Names and values, of which any may be a secret of the service asked. */
static bool
read_headers (const Reader *reader, const Node *headers)
{
  if (headers != NULL && headers->kind != NODE_MAP && headers->kind != NODE_NULL)
    return fail (reader, "headers", "must be an object of texts");
  for (unsigned i = 0; i < node_length (headers); i++) {
    const char *name = node_key (headers, i);
    const Node *value = node_item (headers, i);
    if (value->kind == NODE_TEXT)
      remember (value->text);
    if (value->kind != NODE_TEXT || !json_text_is_token (name) || strchr (name, ':') != NULL ||
        !json_text_is_line (value->text))
      return fail (reader, "headers", "must be an object of texts on one line");
    g_ptr_array_add (reader->file->subject_headers, g_strdup_printf ("%s: %s", name, value->text));
  }
  return true;
}

static bool
read_format (const Reader *reader, const Node *format)
{
  if (format == NULL || format->kind == NODE_NULL)
    return true;
  if (format->kind != NODE_MAP)
    return fail (reader, "format", "must be an object");
  const char *type = json_text_member (format, "type");
  if (g_strcmp0 (type, "text") == 0)
    return true;
  if (g_strcmp0 (type, "json") != 0)
    return fail (reader, "format.type", "must be \"text\" or \"json\"");
  reader->file->is_json = true;
  return READ_FIELDS (reader, format, format_fields);
}

static Reader
reader_below (const Reader *reader, KeyFile *file, const char *prefix)
{
  Reader below = *reader;
  below.file = file;
  below.prefix = prefix;
  return below;
}

static bool
check_source (const Reader *reader, const Node *source)
{
  static const struct {
    const char *member, *words;
  } others[] = {
    { "environment_id", "asks AWS for the subject token" },
    { "executable", "runs a program for the subject token" },
    { "certificate", "shows an X.509 certificate" },
  };
  if (source == NULL || source->kind != NODE_MAP)
    return fail (reader, "credential_source", source == NULL ? "is missing" : "must be an object");
  for (unsigned i = 0; i < G_N_ELEMENTS (others); i++)
    if (node_get (source, others[i].member) != NULL) {
      g_autofree char *problem = g_strdup_printf (
        "%s, which is not supported: 'file' and 'url' are (or a token command)", others[i].words);
      return fail (reader, "credential_source", problem);
    }
  return true;
}

static bool
read_subject (const Reader *reader, const Node *source)
{
  if (!check_source (reader, source))
    return false;
  g_autofree char *prefix = g_strdup_printf ("%scredential_source.", reader->prefix);
  Reader below = reader_below (reader, reader->file, prefix);
  if (!READ_FIELDS (&below, source, subject_fields))
    return false;
  if ((reader->file->subject_path != NULL) == (reader->file->subject_url != NULL))
    return fail (reader, "credential_source", "must have either 'file' or 'url'");
  return read_headers (&below, node_get (source, "headers")) &&
         read_format (&below, node_get (source, "format"));
}

static bool
check_impersonation_url (const Reader *reader)
{
  const char *url = reader->file->impersonation_url;
  if (url != NULL && !g_str_has_suffix (url, ":generateAccessToken"))
    return fail (reader, "service_account_impersonation_url", "must end in :generateAccessToken");
  return true;
}

static bool
read_life (const Reader *reader, const Node *root)
{
  const Node *options = node_get (root, "service_account_impersonation");
  const Node *life = node_get (options, "token_lifetime_seconds");
  reader->file->life_s = 3600;
  if (life == NULL)
    return true;
  if (life->kind != NODE_INT || life->integer < 600 || life->integer > 43200)
    return fail (reader, "service_account_impersonation.token_lifetime_seconds",
                 "must be a number from 600 to 43200");
  reader->file->life_s = life->integer;
  return true;
}

static bool
read_external (const Reader *reader, const Node *root)
{
  KeyFile *file = reader->file;
  if (!READ_FIELDS (reader, root, external_fields) || !check_impersonation_url (reader))
    return false;
  if (file->client_secret != NULL && file->client_id == NULL)
    return fail (reader, "client_id", "is missing");
  return read_subject (reader, node_get (root, "credential_source")) && read_life (reader, root);
}

static bool read_root (const Reader *reader, const Node *root);

static bool
read_impersonated (const Reader *reader, const Node *root)
{
  KeyFile *file = reader->file;
  if (!READ_FIELDS (reader, root, impersonated_fields) || !check_impersonation_url (reader) ||
      !read_life (reader, root))
    return false;
  const Node *delegates = node_get (root, "delegates");
  if (delegates != NULL && delegates->kind != NODE_LIST && delegates->kind != NODE_NULL)
    return fail (reader, "delegates", "must be a list of texts");
  for (unsigned i = 0; i < node_length (delegates); i++) {
    const Node *delegate = node_item (delegates, i);
    if (delegate->kind != NODE_TEXT || !json_text_is_token (delegate->text))
      return fail (reader, "delegates", "must be a list of texts");
    g_ptr_array_add (file->delegates, g_strdup (delegate->text));
  }
  const Node *source = node_get (root, "source_credentials");
  if (source == NULL || source->kind != NODE_MAP)
    return fail (reader, "source_credentials", source == NULL ? "is missing" : "must be an object");
  if (reader->prefix[0] != '\0')
    return fail (reader, "type", "is impersonated_service_account, which may not stand in another");
  file->source = g_new0 (KeyFile, 1);
  Reader below = reader_below (reader, file->source, "source_credentials.");
  return read_root (&below, source);
}

typedef struct {
  const char *type;
  KeyFileKind kind;
  bool (*read) (const Reader *reader, const Node *root); /* NULL: known, but not supported */
} KeyFileType;

static const KeyFileType types[] = {
  { "service_account", KEY_FILE_SERVICE_ACCOUNT, read_service_account },
  { "authorized_user", KEY_FILE_USER, read_user },
  { "external_account", KEY_FILE_EXTERNAL, read_external },
  { "impersonated_service_account", KEY_FILE_IMPERSONATED, read_impersonated },
  { "external_account_authorized_user", 0, NULL },
  { "gdch_service_account", 0, NULL },
};

static const KeyFileType *
find_type (const char *name)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (types[i].type, name) == 0)
      return &types[i];
  return NULL;
}

static bool
fail_without_type (const Reader *reader, const Node *root)
{
  if (node_get (root, "installed") != NULL || node_get (root, "web") != NULL)
    return transport_error_set (reader->error, TRANSPORT_ERROR_CREDENTIAL,
                                "%s: this is an OAuth client, not a credential; run `gcloud auth "
                                "application-default login --client-id-file=…` with it",
                                reader->shown);
  return fail (reader, "type", "is missing: this is not a file of Google credentials");
}

static bool
read_root (const Reader *reader, const Node *root)
{
  const char *name = json_text_member (root, "type");
  if (name == NULL)
    return fail_without_type (reader, root);
  const KeyFileType *type = find_type (name);
  if (type == NULL)
    return fail (reader, "type", "must be one of " READABLE_TYPES);
  if (type->read == NULL) {
    g_autofree char *problem = g_strdup_printf (
      "is %s, which is not supported: " READABLE_TYPES " are (or a token command)", type->type);
    return fail (reader, "type", problem);
  }
  KeyFile *file = reader->file;
  file->kind = type->kind;
  file->path = g_strdup (reader->shown);
  file->subject_headers = g_ptr_array_new_with_free_func ((GDestroyNotify)secret_free);
  file->delegates = g_ptr_array_new_with_free_func (g_free);
  const char *universe = json_text_member (root, "universe_domain");
  if (universe != NULL && strcmp (universe, "googleapis.com") != 0)
    return fail (reader, "universe_domain", "must be googleapis.com: no other is supported");
  return READ_FIELDS (reader, root, common_fields) && type->read (reader, root);
}

KeyFile *
key_file_parse (const char *shown, const char *text, size_t length, GError **error)
{
  int line;
  g_autoptr (Document) document = json_text_read (text, length, KEY_FILE_MOST_BYTES, &line);
  if (document == NULL) {
    g_autofree char *place = line > 0 ? g_strdup_printf (" (see line %d)", line) : g_strdup ("");
    transport_error_set (error, TRANSPORT_ERROR_CREDENTIAL,
                         "%s: this is not a JSON object of at most 64 KiB%s", shown, place);
    return NULL;
  }
  g_autoptr (KeyFile) file = g_new0 (KeyFile, 1);
  Reader reader = { shown, "", file, error };
  return read_root (&reader, document->root) ? g_steal_pointer (&file) : NULL;
}

KeyFile *
key_file_read (const char *path, GError **error)
{
  size_t length;
  char *text = NULL;
  if (!path_read_file (path, KEY_FILE_MOST_BYTES, &text, &length, error))
    return NULL;
  KeyFile *file = key_file_parse (path, text, length, error);
  explicit_bzero (text, length);
  g_free (text);
  struct stat status;
  if (file != NULL && stat (path, &status) == 0)
    file->is_open = (status.st_mode & 077) != 0;
  return file;
}

void
key_file_free (KeyFile *file)
{
  if (file == NULL)
    return;
  char *const plain[] = {
    file->path,          file->project,
    file->quota_project, file->token_url,
    file->email,         file->key_id,
    file->client_id,     file->audience,
    file->subject_path,  file->subject_token_type,
    file->subject_url,   file->subject_member,
    file->user_project,  file->impersonation_url,
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (plain); i++)
    g_free (plain[i]);
  secret_free (file->private_key);
  secret_free (file->client_secret);
  secret_free (file->refresh_token);
  g_clear_pointer (&file->subject_headers, g_ptr_array_unref);
  g_clear_pointer (&file->delegates, g_ptr_array_unref);
  key_file_free (file->source);
  g_free (file);
}
