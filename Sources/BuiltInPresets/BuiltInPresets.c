// The presets for exports as bytes, so that the binary can be moved. A new file is three lines here and its name in the
// list below; a test looks whether one is missing.
#include "BuiltInPresets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

#define ENTRY(name) {#name, name, sizeof name}

static const unsigned char amplitude[] = {
#embed "Presets/amplitude.yml"
};
static const unsigned char ga4[] = {
#embed "Presets/ga4.yml"
};
static const unsigned char matomo[] = {
#embed "Presets/matomo.yml"
};
static const unsigned char mixpanel[] = {
#embed "Presets/mixpanel.yml"
};
static const unsigned char plausible[] = {
#embed "Presets/plausible.yml"
};
static const unsigned char posthog[] = {
#embed "Presets/posthog.yml"
};
static const unsigned char rudderstack[] = {
#embed "Presets/rudderstack.yml"
};
static const unsigned char segment[] = {
#embed "Presets/segment.yml"
};
static const unsigned char snowplow[] = {
#embed "Presets/snowplow.yml"
};
static const unsigned char umami[] = {
#embed "Presets/umami.yml"
};

static const sessionizer_preset entries[] = {
  ENTRY(amplitude),
  ENTRY(ga4),
  ENTRY(matomo),
  ENTRY(mixpanel),
  ENTRY(plausible),
  ENTRY(posthog),
  ENTRY(rudderstack),
  ENTRY(segment),
  ENTRY(snowplow),
  ENTRY(umami),
};

const sessionizer_preset *sessionizer_presets(int *count) {
  *count = sizeof entries / sizeof *entries;
  return entries;
}
