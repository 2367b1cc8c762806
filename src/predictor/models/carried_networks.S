/* The pre-trained networks as they are, each between two symbols that carried_networks.cpp reads. */

        .macro networks name
        .global evonas_networks_\name\()_begin
        .hidden evonas_networks_\name\()_begin
        .global evonas_networks_\name\()_end
        .hidden evonas_networks_\name\()_end
evonas_networks_\name\()_begin:
        .incbin "\name\().predictor"
evonas_networks_\name\()_end:
        .endm

        .section .rodata
        networks nasbench101
        networks nasbench201

        .section .note.GNU-stack, "", %progbits
