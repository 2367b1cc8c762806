/* The files of the page as they are, each between two symbols that assets.cpp reads. */

        .macro asset name, file
        .global evonas_report_\name\()_begin
        .hidden evonas_report_\name\()_begin
        .global evonas_report_\name\()_end
        .hidden evonas_report_\name\()_end
evonas_report_\name\()_begin:
        .incbin "\file"
evonas_report_\name\()_end:
        .endm

        .section .rodata
        asset page, "page.html"
        asset theme, "theme.css"
        asset style, "page.css"
        asset print, "print.css"
        asset elements, "elements.js"
        asset charts, "charts.js"
        asset forecast_charts, "forecast_charts.js"
        asset search_page, "search_page.js"
        asset benchmark_page, "benchmark_page.js"
        asset main, "page.js"
        asset plotly, EVONAS_PLOTLY_FILE

        .section .note.GNU-stack, "", %progbits
