// What every loop of this target is compiled for.
#pragma once
#if defined(__x86_64__) && defined(__has_attribute)
#if __has_attribute(target_clones)
#define RK_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
#endif
#ifndef RK_CLONES
#define RK_CLONES
#endif
