#include "base/embed.inc"

        embed evonas_table_nasbench201_fashion_mnist, "table.csv.gz"
