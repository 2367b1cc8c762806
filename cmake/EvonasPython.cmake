# The Python that the package is built for: the one that pip runs in, else that of .venv, else any.
if(NOT SKBUILD AND NOT Python_EXECUTABLE AND EXISTS ${PROJECT_SOURCE_DIR}/.venv/bin/python)
  set(Python_EXECUTABLE ${PROJECT_SOURCE_DIR}/.venv/bin/python)
endif()
find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module)

# evonas_ask_python(VARIABLE CODE): what a line of Python prints. Where pip builds in isolation the line
# sees what pip has put there for the build, and, where it fails so, what is installed, which pip hides by
# PYTHONPATH.
function(evonas_ask_python variable code)
  set(isolated)
  set(installed --unset=PYTHONPATH --unset=PYTHONNOUSERSITE)
  foreach(view IN ITEMS isolated installed)
    execute_process(
      COMMAND ${CMAKE_COMMAND} -E env ${${view}} ${Python_EXECUTABLE} -c "${code}"
      RESULT_VARIABLE result OUTPUT_VARIABLE answer ERROR_VARIABLE error
      OUTPUT_STRIP_TRAILING_WHITESPACE
    )
    if(result EQUAL 0)
      set(${variable} ${answer} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "${Python_EXECUTABLE} lacks what evonas is built with (tools/setup --python "
                      "installs it):\n${error}")
endfunction()

# The package is built against the PyTorch that it will be imported beside.
if(EVONAS_TORCH)
  evonas_ask_python(torch_prefix "import torch; print(torch.utils.cmake_prefix_path)")
  list(PREPEND CMAKE_PREFIX_PATH ${torch_prefix})
endif()
if(NOT EVONAS_PLOTLY)
  evonas_ask_python(
    plotly "import pathlib, plotly; print(pathlib.Path(plotly.__file__).parent / 'package_data/plotly.min.js')"
  )
  set(EVONAS_PLOTLY ${plotly} CACHE FILEPATH "plotly.min.js to put into reports" FORCE)
endif()
