// Charts of compared predictors.

const kSymbols = ["circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagon",
                  "triangle-down", "pentagon", "bowtie", "hourglass"];

function sizesOf(data) {
  return [...new Set(data.rows.map((row) => row.train))].sort((a, b) => a - b);
}

function threeDigits(value) {
  return typeof value === "number"
    ? localeText(value, { minimumFractionDigits: 3, maximumFractionDigits: 3 }) : "–";
}

/** Its deviation over seeds, which one seed has not. */
function deviationText(figure) {
  return figure.deviation === null ? "" : `± ${threeDigits(figure.deviation)}`;
}

function figureText(figure) {
  return figure ? `${threeDigits(figure.mean)} ${deviationText(figure)}`.trim() : "–";
}

/** One series a predictor: colour, shape and dashes tell more of them apart than there are colours. */
function modelLook(i) {
  return { color: seriesColour(i), symbol: kSymbols[i % kSymbols.length],
           dash: i < 8 ? "solid" : "dash" };
}

/** Where a tau stands on an axis that has more room towards 1, where good predictors differ. */
function stretched(tau) {
  return -Math.log10(1 - Math.min(tau, 0.999));
}

/** That axis, for taus that reach from `low` to `high`. */
function tauAxis(metric, low, high) {
  const ticks = [-0.9, -0.5, 0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.875, 0.9, 0.92, 0.94,
                 0.96, 0.98, 0.99];
  const range = paddedRange([stretched(low), stretched(high)]);
  const apart = (range[1] - range[0]) / 14;
  const shown = ticks.filter((tau) => stretched(tau) >= range[0] && stretched(tau) <= range[1])
    .reduceRight((kept, tau) => (kept.length > 0 && stretched(kept[0]) - stretched(tau) < apart
      ? kept : [tau, ...kept]), []);
  return axis(`Kendall tau with ${metric} (higher is better)`,
              { range, tickvals: shown.map(stretched), ticktext: shown.map((tau) => String(tau)) });
}

/** Figures of others, one line each; the best is named where it begins to be that. */
function publishedTraces(published) {
  const labels = [...new Set(published.map((point) => point.label))];
  return labels.map((label, i) => {
    const points = published.filter((point) => point.label === label)
      .sort((a, b) => a.size - b.size);
    return {
      type: "scatter", mode: "lines+markers", name: "published", legendgroup: "published",
      showlegend: i === 0, x: points.map((point) => point.size),
      y: points.map((point) => stretched(point.tau)),
      line: { width: 1, dash: "dot", color: colour("point") },
      marker: { symbol: "diamond-open", size: 7, color: colour("point") },
      text: points.map((point) => `<b>${plain(point.label)}</b>, published<br>tau `
        + `${threeDigits(point.tau)} from ${point.size} labels<br>${wrap(point.source)}`),
      hoverinfo: "text",
    };
  });
}

function publishedNames(published) {
  const sizes = [...new Set(published.map((point) => point.size))].sort((a, b) => a - b);
  const best = sizes.map((size) => published.filter((point) => point.size === size)
    .reduce((a, b) => (b.tau > a.tau ? b : a)));
  return best.filter((point, i) => point.label !== best[i - 1]?.label).map((point) => ({
    x: Math.log10(point.size), y: stretched(point.tau), text: plain(point.label), showarrow: false,
    yshift: -13, bgcolor: colour("panel"), opacity: 0.85, font: { size: 11, color: colour("muted") },
  }));
}

/** A tau that predictors cannot pass, or hardly, as a line across all numbers of labels. */
function limitTrace({ tau, name }, sizes) {
  return {
    type: "scatter", mode: "lines", name, x: extremes(sizes), y: [stretched(tau), stretched(tau)],
    line: { width: 1.5, dash: "longdash", color: colour("muted") },
    text: Array(2).fill(`${name}: tau ${threeDigits(tau)}`), hoverinfo: "text",
  };
}

/**
 * Tau over numbers of labels. `figure` names the one of a row; error bars are deviations. The main
 * chart has the legend, and the figures of others; `limit`, a name and a tau, may be null.
 */
function tauChart(data, figure, metric, isMain, limit) {
  return chart(`Kendall tau with ${metric} over numbers of labels`, () => {
    const others = isMain ? data.published : [];
    const sizes = [...new Set([...sizesOf(data), ...others.map((point) => point.size)])]
      .sort((a, b) => a - b);
    const middle = (data.models.length - 1) / 2;
    const known = data.rows.filter((row) => row[figure]);
    const low = ({ mean, deviation }) => mean - deviation;
    const high = ({ mean, deviation }) => mean + deviation;
    const traces = data.models.map((model, i) => {
      const rows = known.filter((row) => row.model === model).sort((a, b) => a.train - b.train);
      const { color, symbol, dash } = modelLook(i);
      const reach = (end) => rows.map((row) =>
        Math.abs(stretched(end(row[figure])) - stretched(row[figure].mean)));
      return {
        // A little apart, so that no error bar hides another.
        type: "scatter", mode: "lines+markers", name: plain(model),
        x: rows.map((row) => row.train * 1.008 ** (i - middle)),
        y: rows.map((row) => stretched(row[figure].mean)),
        error_y: { type: "data", symmetric: false, array: reach(high), arrayminus: reach(low),
                   thickness: 1.2, width: 3, color },
        line: { width: 2, dash, color }, marker: { symbol, size: 7, color },
        text: rows.map((row) => `<b>${plain(model)}</b><br>tau ${figureText(row[figure])} from `
          + `${row.train} labels, ${plural(row.seeds, "seed")}`),
        hoverinfo: "text",
      };
    });
    const ends = extremes([...known.flatMap((row) => [low(row[figure]), high(row[figure])]),
                           ...others.map((point) => point.tau),
                           ...(limit ? [limit.tau] : [])]);
    return {
      traces: [...publishedTraces(others), ...(limit ? [limitTrace(limit, sizes)] : []), ...traces],
      layout: {
        showlegend: isMain,
        xaxis: axis("labels learnt from", { type: "log", tickvals: sizes,
                                            ticktext: sizes.map((size) => localeText(size)) }),
        yaxis: tauAxis(metric, ...ends),
        annotations: publishedNames(others),
      },
    };
  }, isMain ? "chart tall busy" : "chart");
}

/** Shares of values that intervals hold, over the shares that they should hold. */
function calibrationChart(rows, data) {
  return chart("shares of true values that intervals hold", () => ({
    traces: [
      { type: "scatter", mode: "lines", name: "as promised", x: [0, 1], y: [0, 1], hoverinfo: "skip",
        line: { width: 1.3, dash: "dash", color: colour("muted") } },
      ...rows.map((row) => {
        const { color, symbol, dash } = modelLook(data.models.indexOf(row.model));
        return {
          type: "scatter", mode: "lines+markers", name: plain(row.model), x: data.levels, y: row.held,
          line: { width: 2, dash, color }, marker: { symbol, size: 6, color },
          hovertemplate: `%{x:.0%} intervals hold %{y:.1%}<extra>${plain(row.model)}</extra>`,
        };
      }),
    ],
    layout: {
      xaxis: axis("share that intervals should hold", { range: [0, 1], tickformat: ".0%" }),
      yaxis: axis("share that they hold", { range: [0, 1.02], tickformat: ".0%" }),
    },
  }));
}

function predictedChart(row, data, range) {
  return chart(`predicted and true ${data.metric.name}, ${row.model}`, () => ({
    traces: [
      { type: "scatter", mode: "lines", x: range, y: range, hoverinfo: "skip",
        line: { width: 1.3, dash: "dash", color: colour("muted") } },
      { type: "scatter", mode: "markers", x: row.values, y: row.predicted,
        marker: { size: 4, opacity: 0.5, color: modelLook(data.models.indexOf(row.model)).color },
        hovertemplate: "true %{x:.5g}, predicted %{y:.5g}<extra></extra>" },
    ],
    layout: {
      showlegend: false,
      xaxis: axis(`true ${metricLabel(data.metric)}`, { range }),
      yaxis: axis(`predicted ${metricLabel(data.metric)}`, { range }),
      annotations: beyondNote(row.values.map((value, i) => [value, row.predicted[i]]), range, range),
    },
  }));
}

function mapChart(data) {
  const { places, shares } = data.map;
  return chart("map of architectures", () => {
    const sorted = places.map((place) => place.value).sort((a, b) => a - b);
    const quantile = (share) => sorted[Math.round(share * (sorted.length - 1))];
    const title = (name, i) => `${name} component (${formatNumber(100 * shares[i], 3)} % of variance)`;
    return {
      traces: [{
        type: "scatter", mode: "markers", x: places.map((place) => place.x),
        y: places.map((place) => place.y),
        text: places.map((place) => `${plain(data.metric.name)} ${formatMetric(place.value)}<br>`
          + wrap(place.architecture)),
        hoverinfo: "text",
        marker: {
          size: 5, opacity: 0.8, color: places.map((place) => place.value), colorscale: "Viridis",
          cmin: quantile(0.05), cmax: quantile(0.95), showscale: true,
          colorbar: { thickness: 12, outlinewidth: 0,
                      title: { text: plain(metricLabel(data.metric)), side: "right" } },
        },
      }],
      layout: { showlegend: false, xaxis: axis(title("first", 0)), yaxis: axis(title("second", 1)) },
    };
  }, "chart tall");
}
