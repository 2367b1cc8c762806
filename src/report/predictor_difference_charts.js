// How compared predictors differ from one of them, and how each has learnt.

/** A difference of taus from those of another model, with its interval and p-value. */
function differenceText({ mean, low, high, p }) {
  const signed = (value) => (value > 0 ? "+" : "") + threeDigits(value);
  const interval = typeof low === "number" ? ` (${signed(low)} to ${signed(high)})` : "";
  return `${signed(mean)}${interval}, p ${formatNumber(p, 2)}`;
}

/** Mean differences of taus from those of one model over numbers of labels, with intervals. */
function differenceChart(data, figure) {
  return chart(`differences of tau from ${data.against}`, () => {
    const sizes = sizesOf(data);
    const middle = (data.models.length - 1) / 2;
    const known = data.rows.filter((row) => row[figure]);
    const traces = data.models.filter((model) => model !== data.against).map((model) => {
      const rows = known.filter((row) => row.model === model).sort((a, b) => a.train - b.train);
      const i = data.models.indexOf(model);
      const { color, symbol, dash } = modelLook(i);
      return {
        type: "scatter", mode: "lines+markers", name: plain(model),
        x: rows.map((row) => row.train * 1.008 ** (i - middle)),
        y: rows.map((row) => row[figure].mean),
        error_y: { type: "data", symmetric: false, thickness: 1.2, width: 3, color,
                   array: rows.map((row) => (row[figure].high ?? row[figure].mean) - row[figure].mean),
                   arrayminus: rows.map((row) => row[figure].mean - (row[figure].low ?? row[figure].mean)) },
        line: { width: 2, dash, color }, marker: { symbol, size: 7, color },
        text: rows.map((row) => `<b>${plain(model)}</b>, ${row.train} labels<br>`
          + differenceText(row[figure])),
        hoverinfo: "text",
      };
    });
    return {
      traces,
      layout: {
        xaxis: axis("labels learnt from", { type: "log", tickvals: sizes,
                                            ticktext: sizes.map((size) => localeText(size)) }),
        yaxis: axis(`tau less that of ${data.against}`, { zeroline: true, zerolinecolor: colour("muted") }),
      },
    };
  });
}

/** Loss and tau over the epochs of a fit. */
function learningChart(row, data) {
  return chart(`learning curve of ${row.model}`, () => {
    const points = row.learning_curve;
    const { color } = modelLook(data.models.indexOf(row.model));
    const line = (name, field, options) => {
      const known = points.filter((point) => typeof point[field] === "number");
      return known.length === 0 ? [] : [{
        type: "scatter", mode: "lines", name, x: known.map((point) => point.epoch),
        y: known.map((point) => point[field]),
        hovertemplate: `epoch %{x}: %{y:.4g}<extra>${name}</extra>`, ...options,
      }];
    };
    return {
      traces: [
        ...line("loss", "loss", { line: { width: 1.5, color } }),
        ...line("loss of labels held out", "held_out", { line: { width: 1.5, dash: "dash", color } }),
        ...line("tau of tested architectures", "tau",
                { yaxis: "y2", line: { width: 2, dash: "dot", color: colour("muted") } }),
      ],
      layout: {
        xaxis: axis("epoch"),
        yaxis: axis("loss", { type: points.some((point) => point.loss <= 0) ? "linear" : "log" }),
        yaxis2: axis("Kendall tau", { type: "linear", tickmode: "auto", nticks: 6, overlaying: "y", side: "right", showgrid: false }),
        margin: { l: 48, r: 48, t: 8, b: 44 },
      },
    };
  });
}
