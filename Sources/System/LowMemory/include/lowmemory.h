// What happens when the system has no memory left; see lowmemory.c. Linking this target is all that it takes.
#pragma once
