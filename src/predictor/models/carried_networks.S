#include "base/embed.inc"

        embed evonas_networks_nasbench101, "nasbench101.predictor"
        embed evonas_networks_nasbench201, "nasbench201.predictor"
        embed evonas_descriptions, "descriptions.tsv"
