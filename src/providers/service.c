#include "providers/service.h"

const char *
service_model (const GenerateOptions *options, const void *config)
{
  const ServiceConfig *service = config;
  if (options->model != NULL)
    return options->model;
  return service != NULL ? service->model : NULL;
}

double
service_cost (const void *config)
{
  return ((const ServiceConfig *)config)->cost;
}

int
service_most_at_once (const void *config)
{
  return ((const ServiceConfig *)config)->jobs;
}
