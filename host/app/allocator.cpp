// How jemalloc keeps house, read by it before main(). An idle server gives back within about a second what a
// busy moment (plugins being read, a burst of runs) left behind; by default nothing is returned until the
// next allocation, which may never come. MALLOC_CONF in the environment overrides it. Without jemalloc
// (sanitizer builds) nobody reads it.
extern "C" {
extern const char*
    malloc_conf;  // NOLINT(readability-redundant-declaration): jemalloc's symbol, ours to define
const char* malloc_conf =
    "background_thread:true,max_background_threads:1,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
