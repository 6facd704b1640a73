# Stands in for a build of 3D Slicer: `cmake -DSlicer_DIR=<this folder>` configures and installs a scripted extension.
# It follows what Slicer's macros do with files, and fails where they would let a file be missing without a word.
set(Slicer_USE_FILE "${CMAKE_CURRENT_LIST_DIR}/UseSlicer.cmake")
set(Slicer_EXTENSION_GENERATE_CONFIG "${CMAKE_CURRENT_LIST_DIR}/CheckExtension.cmake")
set(Slicer_EXTENSION_CPACK "${CMAKE_CURRENT_LIST_DIR}/CheckFiles.cmake")
set(Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR "lib/Slicer-5.13/qt-scripted-modules")
option(BUILD_TESTING "As Slicer's own builds have it" ON)
set(Slicer_FOUND TRUE)
