# Every file of the shipped folders is listed. Slicer does not look; the file would be missing from the package.
get_property(listed GLOBAL PROPERTY STAND_IN_SOURCES)
file(GLOB_RECURSE files
  "${CMAKE_SOURCE_DIR}/LVSegU/*" "${CMAKE_SOURCE_DIR}/LVSegULib/*" "${CMAKE_SOURCE_DIR}/Resources/*")
foreach(file ${files})
  if(NOT file IN_LIST listed AND NOT file MATCHES "/CMakeLists\\.txt$|/Resources/Screenshots/|/__pycache__/|/\\.[^/]*$")
    message(SEND_ERROR "not installed: ${file}")
  endif()
endforeach()

get_property(tested GLOBAL PROPERTY STAND_IN_TESTS)
file(GLOB self_tests "${CMAKE_SOURCE_DIR}/Testing/Python/*.py")
foreach(file ${self_tests})
  if(BUILD_TESTING AND NOT file IN_LIST tested)
    message(SEND_ERROR "not a test of ctest: ${file}")
  endif()
endforeach()
