// How jemalloc, which programs are linked with, keeps memory: what a burst (an import, a load of the data set) leaves
// free goes back to the system after a second, by a thread of its own. glibc's malloc kept half of the gateway's memory
// for ever.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
