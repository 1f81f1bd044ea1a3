// Nothing of its own: what the headers of cmake/Yaoshi.cmake are precompiled with.
