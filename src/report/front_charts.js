// Charts of compared fronts.

/** What hypervolumes are told as, in words. */
function volumeTitle(data) {
  return data.front_known ? "share of the exact hypervolume" : "hypervolume";
}

/** Shares with five decimals, hypervolumes of any size with six digits. */
function formatVolume(data, volume) {
  return data.front_known
    ? localeText(volume, { minimumFractionDigits: 5, maximumFractionDigits: 5 })
    : formatNumber(volume, 6);
}

/**
 * The axis of shares of the exact hypervolume, and where a share stands on it. Where the gaps to all
 * of it differ by more than one digit, they are what is told apart: 0.9, 0.99 and 0.999 are equally
 * far from each other, and 1 stands at the end.
 */
function shareAxis(title, shares) {
  const gaps = shares.map((share) => 1 - share).filter((gap) => gap > 1e-12);
  const [least, most] = gaps.length > 0 ? extremes(gaps) : [1, 1];
  if (most < 20 * least) return { place: (share) => share, yaxis: axis(title) };
  const floor = least / 3;
  const place = (share) => -Math.log10(Math.max(1 - share, floor));
  const ticks = [0, 0.5];
  for (let gap = 0.1; gap >= least; gap /= 10) ticks.push(1 - gap);
  const shown = ticks.filter((share) => place(share) >= place(1 - most) - 0.05);
  return {
    place,
    yaxis: axis(title, {
      range: paddedRange([place(1 - most), place(1)]),
      tickvals: [...shown.map(place), place(1)],
      ticktext: [...shown.map((share) => String(Number(share.toPrecision(12)))), "1"],
    }),
  };
}

/** The axis of hypervolumes, whose first values, often near 0, would press all others into a line. */
function volumeAxis(title, volumes, ends) {
  return { place: (volume) => volume, yaxis: axis(title, { range: focusedRange(volumes, ends, []) }) };
}

/** An axis of evaluations or of seconds: logarithmic where ends are far apart, or far off. */
function courseAxis(title, curves) {
  const [earliest, latest] = extremes(curves.map((curve) => curve.moments.at(-1)));
  const first = Math.min(...curves.map((curve) => curve.moments[0]));
  const wide = first > 0 && latest / first >= 100 && (latest >= 5 * earliest || latest >= 1000);
  return axis(title, wide ? { type: "log", dtick: 1 } : { rangemode: "tozero" });
}

/** The corners of values that hold from a moment to the next. */
function stairs(moments, values) {
  return moments.flatMap((moment, i) => (i === 0 ? [[moment, values[0]]]
    : [[moment, values[i - 1]], [moment, values[i]]]));
}

/**
 * Hypervolumes over the course of searches, median and quartiles. `over` says what it is drawn over:
 * {name, title, hover, curve(algorithm)}, with nothing in the place of a curve that is not there.
 */
function volumeChart(data, over) {
  return chart(`median ${volumeTitle(data)} over ${over.name}, with quartiles`, () => {
    const drawn = data.algorithms
      .map((algorithm, i) => ({ name: plain(algorithm.algorithm), colour: seriesColour(i),
                                curve: over.curve(algorithm) }))
      .filter(({ curve }) => curve?.moments.length > 0);
    const curves = drawn.map(({ curve }) => curve);
    const values = curves.flatMap(({ lower, median, upper }) => [...lower, ...median, ...upper]);
    const ends = curves.flatMap(({ lower, upper }) => [lower.at(-1), upper.at(-1)]);
    const title = `${volumeTitle(data)} (higher is better)`;
    const { place, yaxis } = data.front_known
      ? shareAxis(title, values) : volumeAxis(title, values, ends);
    const traces = drawn.flatMap(({ name, colour: shade, curve }) => {
      const { moments, lower, median, upper } = curve;
      const edges = [...stairs(moments, upper), ...stairs(moments, lower).reverse()];
      return [
        { type: "scatter", mode: "lines", x: edges.map((corner) => corner[0]),
          y: edges.map((corner) => place(corner[1])), fill: "toself", fillcolor: shade,
          opacity: 0.14, line: { width: 0 }, hoverinfo: "skip", showlegend: false,
          legendgroup: name },
        { type: "scatter", mode: "lines", x: moments, y: median.map(place), name, legendgroup: name,
          line: { shape: "hv", width: 2.2, color: shade },
          text: median.map((volume) => formatVolume(data, volume)),
          hovertemplate: `%{text} after %{x${over.hover}} ${over.name}<extra>${name}</extra>` },
      ];
    });
    return { traces, layout: { xaxis: courseAxis(over.title, curves), yaxis } };
  }, "chart tall");
}

/** What volumeChart() draws over evaluations. */
function volumeOverEvaluations() {
  return { name: "evaluations", title: "evaluations", hover: "", curve: ({ curve }) => curve };
}

/** What it draws over the simulated clock. */
function volumeOverTraining() {
  return { name: "seconds of training", title: "seconds of training, one after the other",
           hover: ":.4~g", curve: ({ clock }) => clock };
}

/** The fronts that the searches with one seed ended with, and the exact one where it is known. */
function frontsChart(data) {
  const [yObjective, xObjective] = data.objectives;
  return chart(`${yObjective.name} against ${xObjective.name} of fronts`, () => {
    const direction = xObjective.goal === "minimize" ? 1 : -1;
    const at = (front) => front.map(([y, x]) => [x, y]).sort((a, b) => direction * (a[0] - b[0]));
    const line = (front, name, options) => ({
      type: "scatter", name, x: front.map((point) => point[0]), y: front.map((point) => point[1]),
      ...options });
    const exact = at(data.exact_front);
    const fronts = data.algorithms.map(({ front }) => at(front));
    const all = [...exact, ...fronts.flat()];
    const range = (i) => focusedRange(all.map((point) => point[i]), [], []);
    const [x, y] = all.length > 0 ? [range(0), range(1)] : [[0, 1], [0, 1]];
    const traces = [
      ...(exact.length > 0 ? [line(exact, "exact front", {
        mode: "lines+markers", hoverinfo: "skip",
        line: { shape: "hv", width: 1.3, dash: "dot", color: colour("point") },
        marker: { symbol: "circle-open", size: 11, color: colour("point") } })] : []),
      ...fronts.map((front, i) => {
        const name = plain(data.algorithms[i].algorithm);
        return line(front, name, {
          mode: "lines+markers", line: { shape: "hv", width: 1.6, color: seriesColour(i) },
          marker: { size: 6, symbol: kSymbols[i % kSymbols.length], color: seriesColour(i) },
          text: front.map((point) => `${plain(metricLabel(yObjective))} ${formatMetric(point[1])}<br>`
            + `${plain(metricLabel(xObjective))} ${formatMetric(point[0])}`),
          hovertemplate: `%{text}<extra>${name}</extra>` });
      }),
    ];
    return { traces, layout: {
      xaxis: axis(axisTitle(xObjective, xObjective.goal), { range: x }),
      yaxis: axis(axisTitle(yObjective, yObjective.goal), { range: y }),
      annotations: beyondNote(all, x, y),
    } };
  }, "chart tall");
}
