# Debian's libmysqlcppconn-dev brings neither a CMake package nor a pkg-config file.
find_path(MysqlCppConn_INCLUDE_DIR cppconn/driver.h)
find_library(MysqlCppConn_LIBRARY mysqlcppconn)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(MysqlCppConn REQUIRED_VARS MysqlCppConn_LIBRARY MysqlCppConn_INCLUDE_DIR)
if(MysqlCppConn_FOUND AND NOT TARGET MysqlCppConn::MysqlCppConn)
  add_library(MysqlCppConn::MysqlCppConn UNKNOWN IMPORTED)
  set_target_properties(MysqlCppConn::MysqlCppConn PROPERTIES
    IMPORTED_LOCATION "${MysqlCppConn_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${MysqlCppConn_INCLUDE_DIR}")
endif()
