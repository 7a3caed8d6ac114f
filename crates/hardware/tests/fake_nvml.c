/* A stand-in for NVIDIA's library with two GPUs: a hot one, and one that answers nothing but its name.
   Signatures and codes are those of nvml.h; what is missing here is "function not found" for the caller. */
typedef struct { unsigned version; unsigned long long total, reserved, free, used; } memory_v2;
typedef struct { unsigned gpu, memory; } utilization;

static int devices[2];
static int hot(void *device) { return device == &devices[0]; }
enum { SUCCESS = 0, NOT_SUPPORTED = 3 };

int nvmlInit_v2(void) { return SUCCESS; }
int nvmlShutdown(void) { return SUCCESS; }
const char *nvmlErrorString(int code) { return code == NOT_SUPPORTED ? "Not Supported" : "Other"; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = 2; return SUCCESS; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) { *device = &devices[index]; return SUCCESS; }
int nvmlDeviceGetName(void *device, char *name, unsigned length) {
  const char *text = hot(device) ? "NVIDIA Test 1" : "NVIDIA Test 2";
  for (unsigned i = 0; i < length && (name[i] = text[i]); i++) {}
  return SUCCESS;
}
int nvmlDeviceGetMemoryInfo_v2(void *device, memory_v2 *info) {
  if (!hot(device)) return NOT_SUPPORTED;
  info->total = 150754820096ULL; info->reserved = 0; info->used = 1073741824ULL; info->free = info->total - info->used;
  return SUCCESS;
}
int nvmlDeviceGetUtilizationRates(void *device, utilization *rates) {
  if (!hot(device)) return NOT_SUPPORTED;
  rates->gpu = 87; rates->memory = 40;
  return SUCCESS;
}
int nvmlDeviceGetTemperature(void *device, int sensor, unsigned *celsius) {
  if (!hot(device) || sensor != 0) return NOT_SUPPORTED;
  *celsius = 88;
  return SUCCESS;
}
int nvmlDeviceGetClockInfo(void *device, int clock, unsigned *mhz) {
  if (!hot(device) || clock != 1) return NOT_SUPPORTED; /* 1: the multiprocessors */
  *mhz = 1215;
  return SUCCESS;
}
int nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts) {
  if (!hot(device)) return NOT_SUPPORTED;
  *milliwatts = 698123;
  return SUCCESS;
}
int nvmlDeviceGetCurrentClocksThrottleReasons(void *device, unsigned long long *reasons) {
  if (!hot(device)) return NOT_SUPPORTED;
  *reasons = 0x20 | 0x4 | 0x1; /* heat (software), power limit, idle */
  return SUCCESS;
}
