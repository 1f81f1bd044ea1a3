# yaoshi_migrations(NAME FUNCTION ns::fn DIRS dir …): a library with `std::span<const db::Migration> fn()` that holds the .sql files of
# the folders, in order of folder and name.
function(yaoshi_migrations name)
  cmake_parse_arguments(ARG "" "NAMESPACE" "DIRS" ${ARGN})
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.cc)
  set(entries "")
  foreach(dir ${ARG_DIRS})
    file(GLOB files CONFIGURE_DEPENDS ${dir}/*.sql)
    list(SORT files)
    foreach(path ${files})
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
      get_filename_component(base ${path} NAME)
      get_filename_component(parent ${dir} DIRECTORY)
      get_filename_component(parent ${parent} NAME)
      file(READ ${path} sql)
      string(APPEND entries "    {\"${parent}/${base}\", R\"sql(${sql})sql\"},\n")
    endforeach()
  endforeach()
  file(GENERATE OUTPUT ${source} CONTENT
"#include \"common/db/migrate.h\"
namespace ${ARG_NAMESPACE} {
std::span<const ::yaoshi::db::Migration> Migrations() {
  static constexpr ::yaoshi::db::Migration kAll[] = {
${entries}  };
  return kAll;
}
}  // namespace ${ARG_NAMESPACE}
")
  add_library(${name} STATIC ${source})
  target_link_libraries(${name} PUBLIC yaoshi_db)
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
endfunction()
