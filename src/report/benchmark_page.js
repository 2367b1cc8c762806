// The page of a benchmark: algorithms compared over many seeds on a table with a known optimum.

/** Regret over evaluations on a logarithmic axis; where a curve is 0 it runs along the bottom. */
function regretChart(data) {
  return chart("median regret over evaluations, with quartiles", () => {
    const regrets = data.curves.flatMap((curve) => [...curve.lower, ...curve.median, ...curve.upper]);
    const positive = regrets.filter((value) => value > 0);
    const [smallest, largest] = positive.length > 0 ? extremes(positive) : [1e-3, 1];
    const floor = 10 ** Math.floor(Math.log10(smallest) - 0.3);
    const onAxis = (values) => values.map((value) => Math.max(value, floor));
    const traces = data.curves.flatMap((curve, i) => {
      const x = curve.median.map((_, n) => n + 1);
      const name = plain(curve.algorithm);
      return [
        { type: "scatter", mode: "lines", x: [...x, ...[...x].reverse()],
          y: onAxis([...curve.upper, ...[...curve.lower].reverse()]), fill: "toself",
          fillcolor: seriesColour(i), opacity: 0.14, line: { width: 0 }, hoverinfo: "skip",
          showlegend: false, legendgroup: name },
        { type: "scatter", mode: "lines", x, y: onAxis(curve.median), name, legendgroup: name,
          line: { width: 2.2, color: seriesColour(i) },
          text: curve.median.map((value) => formatNumber(value, 3)),
          hovertemplate: `%{text} after %{x} evaluations<extra>${name}</extra>` },
      ];
    });
    const exponents = [];
    for (let e = Math.log10(floor) + 1; e <= Math.ceil(Math.log10(largest)); ++e) exponents.push(e);
    const ticks = exponents.map((e) => 10 ** e);
    const reaches = regrets.some((value) => value === 0);
    return {
      traces,
      layout: {
        xaxis: axis("evaluations", { rangemode: "tozero" }),
        yaxis: axis(`regret${data.metric.unit ? `, ${data.metric.unit}` : ""} (lower is better)`, {
          type: "log",
          range: [Math.log10(floor) - 0.02, Math.log10(largest) + 0.1],
          tickvals: [...(reaches ? [floor] : []), ...ticks],
          ticktext: [...(reaches ? ["0"] : []), ...ticks.map((tick) => formatNumber(tick))],
        }),
      },
    };
  }, "chart tall");
}

/** Whether any seed of any algorithm has found the optimum. */
function optimumIsFound(data) {
  return data.curves.some((curve) => curve.without_optimum.at(-1) < 1);
}

/** The share of seeds that are still without the optimum: a step where some of them find it. */
function survivalChart(data) {
  return chart("share of seeds without the optimum over evaluations", () => ({
    traces: data.curves.map((curve, i) => {
      const shares = [1, ...curve.without_optimum];
      const name = plain(curve.algorithm);
      return {
        type: "scatter", mode: "lines", x: shares.map((_, n) => n), y: shares, name,
        line: { shape: "hv", width: 2.2, color: seriesColour(i) },
        text: shares.map((share) => `${formatNumber(100 * share, 3)} %`),
        hovertemplate: `%{text} without it after %{x} evaluations<extra>${name}</extra>`,
      };
    }),
    layout: {
      xaxis: axis("evaluations", { rangemode: "tozero" }),
      yaxis: axis("share of seeds (lower is better)", { range: [-0.02, 1.02] }),
    },
  }));
}

function regretTable(data) {
  const budgets = data.curves[0]?.budgets.map((budget) => budget.evaluations) ?? [];
  const at = (curve, evaluations) => curve.budgets.find((b) => b.evaluations === evaluations);
  const compared = data.curves.some((curve) => curve.p_against_best !== null);
  const columns = [
    { title: "algorithm", key: (curve) => curve.algorithm, content: (curve) => [
      element("span", { class: "swatch",
                        style: `background: var(--series-${data.curves.indexOf(curve) % 8})` }),
      curve.algorithm] },
    ...budgets.map((evaluations) => ({
      title: `regret at ${evaluations}`, number: true,
      key: (curve) => at(curve, evaluations)?.regret_mean,
      content: (curve) => {
        const budget = at(curve, evaluations);
        if (!budget) return "–";
        const share = `${formatNumber(100 * budget.at_optimum, 3)} % at the optimum`;
        return [`${formatNumber(budget.regret_mean, 3)} ± ${formatNumber(budget.regret_std, 2)}`,
                element("span", { class: "interval" }, share)];
      } })),
    { title: "evaluations to the optimum", number: true,
      key: (curve) => curve.median_evaluations_to_optimum,
      content: (curve) => (curve.median_evaluations_to_optimum === null ? "not within the budget"
        : [formatNumber(curve.median_evaluations_to_optimum, 3),
           element("span", { class: "interval" }, curve.evaluations_to_optimum_90 === null
             ? "not nine in ten" : `${formatNumber(curve.evaluations_to_optimum_90, 3)} for nine in ten`)]) },
    { title: "engine seconds", number: true, key: (curve) => curve.engine_seconds,
      content: (curve) => formatNumber(curve.engine_seconds, 3) },
    ...(compared ? [{
      title: `p against ${data.best_algorithm}`, number: true,
      key: (curve) => curve.p_against_best,
      content: (curve) => formatNumber(curve.p_against_best, 2) }] : []),
  ];
  return section(
    "Results", {}, table("Results", columns, data.curves),
    element("p", { class: "note" },
            "Regret: distance of the best network found from the best of the table; mean ± standard "
            + "deviation over seeds. Evaluations to the optimum: median over seeds."
            + (compared ? ` p: how likely chance alone sets the regrets after `
               + `${localeText(data.evaluations)} evaluations as far apart from those of `
               + `${data.best_algorithm}, which has the lowest mean (Wilcoxon's signed-rank test `
               + "over seeds, two-sided, with Holm's correction)." : "")));
}

function benchmarkPage(data) {
  return [
    element("header", {},
            element("h1", {}, data.name),
            element("p", { class: "lead" },
                    `${plural(data.curves.length, "algorithm")} on ${data.space}, `
                    + `${plural(data.seeds, "seed")} each.`),
            element("p", { class: "note" },
                    `Optimum: ${data.metric.name} ${formatNumber(data.optimum, 6)} with `,
                    element("code", {}, data.optimum_architecture))),
    element("div", { class: "tiles" }),
    section(`Regret in ${data.metric.name}: median and quartiles`, {}, data.curves.length > 0
      ? regretChart(data) : element("p", { class: "lead" }, "No algorithm was run.")),
    optimumIsFound(data)
      ? section("Share of seeds without the optimum", {}, survivalChart(data)) : null,
    regretTable(data),
    ...provenance(data.configuration, data.host),
  ];
}
