// The page of one search, or of several compared.

const kStatus = {
  complete: "complete",
  interrupted: "interrupted; can be resumed",
  running: "still running",
  failed: "ended by failures",
};

function objectiveText(objective) {
  return `${objective.goal} ${objective.metric}`;
}

function problemText(run) {
  const limits = run.limits.map((limit) => limit.text);
  return run.objectives.map(objectiveText).join(", ")
    + (limits.length > 0 ? `, within ${limits.join(" and ")}` : "");
}

function metricOf(run, name) {
  return { name, unit: run.units[name] ?? "" };
}

/** The evaluation of the network that the run ends with. */
function bestOf(run) {
  const network = run.summary.final ?? run.summary.best;
  return run.evaluations.find((e) => e.architecture === network?.architecture);
}

function screeningsText({ count, left_out: leftOut, seconds_saved: saved }) {
  return `${formatNumber(count)}, ${plural(leftOut, "network")} never evaluated`
    + (saved > 0 ? `, about ${formatDuration(saved)} saved` : "");
}

function header(run) {
  const { summary } = run;
  const fact = (name, value) => element("li", {}, element("span", {}, `${name} `), value);
  return element(
    "header", {},
    element("h1", {}, run.name),
    element("p", { class: "lead" }, `Search of ${run.space}: ${problemText(run)}.`),
    element("ul", { class: "facts" },
            element("li", { class: `status ${summary.status}` },
                    kStatus[summary.status] ?? summary.status),
            fact("seed", String(summary.seed)),
            fact("evaluations", formatNumber(summary.evaluations)),
            fact("failures", formatNumber(summary.failures)),
            summary.screenings ? fact("screenings", screeningsText(summary.screenings)) : null,
            fact("wall time", formatDuration(summary.seconds))),
    run.message ? element("p", { class: "note" }, run.message) : null);
}

/** The headline figures: the best network, what its final training gave, and the front. */
function tiles(run) {
  const best = bestOf(run);
  const { final, hypervolume, front, evaluations, failures } = run.summary;
  if (!best) {
    const reason = evaluations === 0 ? "nothing has been evaluated"
      : evaluations === failures ? "every evaluation has failed"
        : "no evaluation is within every limit";
    return [tile("best network", "none", "", reason)];
  }
  const [first, ...others] = run.objectives;
  const shown = new Set([first.metric]);
  const result = [tile(`best ${first.metric}`, formatShort(best.metrics[first.metric]), first.unit,
                       formatInterval(best.intervals?.[first.metric])
                         || `evaluation ${best.index + 1}, during the search`)];
  for (const name of [...others, ...run.limits].map((item) => item.metric)) {
    if (shown.has(name) || best.metrics[name] === undefined) continue;
    shown.add(name);
    const again = final?.metrics[name] !== undefined;
    const source = again ? final : best;
    const limit = run.limits.find((item) => item.metric === name);
    result.push(tile(`its ${name}`, formatShort(source.metrics[name]), metricOf(run, name).unit,
                     [again ? "measured again" : "",
                      source.intervals?.[name] ? formatInterval(source.intervals[name]) : "",
                      limit ? `limit ${limit.relation} ${formatNumber(limit.bound)}` : ""]
                       .filter(Boolean).join(", ")));
  }
  for (const [name, value] of Object.entries(final?.metrics ?? {})) {
    if (shown.has(name)) continue;
    result.push(tile(name.replaceAll("_", " "), formatShort(value), metricOf(run, name).unit,
                     "after the final training"));
  }
  if (run.objectives.length > 1) {
    result.push(tile("hypervolume", formatShort(hypervolume), "",
                     `${plural(front.length, "network")} on the front`));
  }
  const { optimum } = run.summary;
  if (optimum && optimum.distance !== null) {
    result.push(tile("from the optimum", formatShort(optimum.distance), first.unit,
                     `${formatShort(optimum.value)} is the best there is`
                       + (run.limits.length > 0 ? " within the limits" : "")));
  }
  const feasible = run.evaluations.filter((e) => e.feasible).length;
  if (run.limits.length > 0) {
    result.push(tile("within the limits", formatNumber(feasible), `of ${evaluations}`,
                     failures > 0 ? `${plural(failures, "failure")}` : ""));
  }
  return result;
}

/** Which pairs of objectives are drawn, as [x, y]: costs lie along x where that is possible. */
function objectivePairs(objectives) {
  if (objectives.length === 2) return [[objectives[1], objectives[0]]];
  const pairs = [];
  objectives.forEach((y, i) => objectives.slice(i + 1).forEach((x) => pairs.push([x, y])));
  return objectives.length <= 4 ? pairs : pairs.slice(0, objectives.length - 1);
}

function charts(runs) {
  const { objectives } = runs[0];
  if (!runs.some((run) => run.evaluations.some((e) => !e.failure))) {
    return [section("Evaluations", {}, element("p", { class: "lead" },
      runs.every((run) => run.evaluations.length === 0)
        ? "Nothing has been evaluated yet." : "Every evaluation has failed; the reasons are below."))];
  }
  if (objectives.length === 1) {
    return [section(`${objectives[0].metric} over evaluations`, {},
                    progressChart(runs, objectives[0], true, "chart tall"))];
  }
  const fronts = objectivePairs(objectives).map(([x, y]) => section(
    objectives.length === 2 ? "Pareto front" : `${y.metric} and ${x.metric}`, {},
    objectivesChart(runs, x, y, objectives.length === 2 ? "chart tall" : "chart")));
  return [
    ...(fronts.length === 1 ? fronts : [element("div", { class: "columns narrow" }, fronts)]),
    element("div", { class: "columns" },
            section(`Best ${objectives[0].metric} over evaluations`, {},
                    progressChart(runs, objectives[0], false)),
            section("Hypervolume over evaluations", {}, hypervolumeChart(runs))),
  ];
}

function frontRows(run) {
  return run.summary.front.map((member) => ({ ...member, run }));
}

function frontTable(runs) {
  const rows = runs.flatMap(frontRows);
  if (rows.length === 0) return null;
  const columns = [...runs[0].metrics.map((metric) => metricColumn(metric, rows)), architectureColumn()];
  if (runs.length > 1) {
    columns.unshift({ title: "run", key: (row) => row.run.name, content: (row) => row.run.name });
  }
  const title = runs[0].objectives.length > 1 ? "Networks of the front"
    : runs.length > 1 ? "Best networks" : "Best network";
  return section(
    title, { class: "long" },
    table(title, columns, rows,
          (row) => (rows.length > runs.length && row.key === row.run.summary.best?.key
            ? "best" : undefined)),
    element("p", { class: "note" }, [
      rows.length > runs.length ? `Shaded: best ${runs[0].objectives[0].metric}. ` : "",
      rows.some((row) => Object.keys(row.intervals).length > 0)
        ? "Small figures are 95 % confidence intervals." : "",
    ]));
}

/** The best of what a predictor made that guided the search, and nobody evaluated. */
function predictedFront(run) {
  const rows = run.predicted_front;
  if (rows.length === 0) return null;
  const told = run.metrics.filter((metric) => rows.some((row) => row.metrics[metric.name] !== undefined));
  const title = run.objectives.length > 1 ? "Predicted front" : "Predicted best";
  return section(
    title, { class: "long" },
    table(title, [...told.map((metric) => metricColumn(metric, rows)), architectureColumn()], rows),
    element("p", { class: "note" }, "Networks that were not evaluated: what the predictor expected of the best "
            + "that it had bred when it last chose, with intervals that hold the value nine times in ten."));
}

/** The picture without anything that could run or reach out. */
function picture(svg) {
  const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  if (root.nodeName !== "svg") return null;
  root.querySelectorAll("script, foreignObject, image, use, style").forEach((node) => node.remove());
  for (const node of [root, ...root.querySelectorAll("*")]) {
    for (const { name } of [...node.attributes]) {
      if (/^on|href$|^id$/i.test(name)) node.removeAttribute(name);
    }
  }
  return document.importNode(root, true);
}

function cells(run) {
  const drawn = run.cells.filter((cell) => cell.svg);
  if (drawn.length === 0) return null;
  const members = new Map(run.summary.front.map((member) => [member.key, member]));
  const figures = drawn.map((cell) => {
    const member = members.get(cell.key);
    const values = run.objectives.map((objective) =>
      `${objective.metric} ${formatMetric(member.metrics[objective.metric])}`).join(", ");
    const node = picture(cell.svg);
    node?.setAttribute("role", "img");
    node?.setAttribute("aria-label", `cell of ${member.architecture}`);
    return element(
      "figure", { class: member.key === run.summary.best?.key ? "cell best" : "cell" },
      element("div", { class: "picture" }, node),
      element("figcaption", {}, element("div", {}, values),
              element("code", {}, member.architecture)));
  });
  const missing = run.summary.front.length - drawn.length;
  return section(run.objectives.length > 1 ? "Cells of the front" : "Cell of the best network",
                 { class: "long" },
                 element("div", { class: "cells" }, figures),
                 missing > 0 ? element("p", { class: "note" },
                   `${plural(missing, "further network")} without a picture; see the table.`) : null);
}

function failures(run) {
  const failed = run.evaluations.filter((e) => e.failure);
  if (failed.length === 0) return null;
  return section(
    "Failures", { class: "long" },
    table("Failures", [
      { title: "evaluation", number: true, key: (e) => e.index, content: (e) => String(e.index + 1) },
      { title: "reason", text: true, key: (e) => e.failure, content: (e) => e.failure },
      architectureColumn(),
    ], failed));
}

function finalTraining(run) {
  const { final } = run.summary;
  if (!final) return null;
  const searched = run.evaluations.find((e) => e.architecture === final.architecture);
  const names = [...new Set([...Object.keys(final.metrics), ...Object.keys(searched?.metrics ?? {})])];
  const valueOf = (source, name) => [
    formatMetric(source?.metrics[name]),
    source?.intervals?.[name]
      ? element("span", { class: "interval" }, formatInterval(source.intervals[name])) : null,
  ];
  return section(
    "Final training of the best network", {},
    final.rejected.length === 0 ? null : element(
      "div", { class: "note" },
      element("p", {}, "Ranked higher by the search, but over a limit when measured again:"),
      element("ul", {}, ...final.rejected.map((network) => element(
        "li", {}, element("code", {}, network.architecture), ": ",
        Object.keys(network.metrics)
          .map((name) => `${metricLabel(metricOf(run, name))} ${formatMetric(network.metrics[name])}`)
          .join(", "))))),
    element("p", {}, element("code", {}, final.architecture), copyButton(final.architecture)),
    table("Final training", [
      { title: "metric", content: (name) => metricLabel(metricOf(run, name)) },
      { title: "in the search", number: true, content: (name) => valueOf(searched, name) },
      { title: "final", number: true, content: (name) => valueOf(final, name) },
    ], names),
    element("p", { class: "note" }, `Took ${formatDuration(final.seconds)}.`));
}

function comparison(runs, reference) {
  const [first] = runs[0].objectives;
  const columns = [
    { title: "run", key: (run) => run.name, content: (run) => [
      element("span", { class: "swatch", style: `background: var(--series-${runs.indexOf(run) % 8})` }),
      run.name] },
    { title: "space", key: (run) => run.space, content: (run) => run.space },
    { title: "ended", key: (run) => run.summary.status, content: (run) => run.summary.status },
    { title: "seed", number: true, key: (run) => run.summary.seed,
      content: (run) => String(run.summary.seed) },
    ...["evaluations", "failures"].map((name) => ({
      title: name, number: true, key: (run) => run.summary[name],
      content: (run) => formatNumber(run.summary[name]) })),
    { title: "wall time", number: true, key: (run) => run.summary.seconds,
      content: (run) => formatDuration(run.summary.seconds) },
    { title: `best ${metricLabel(first)}`, number: true,
      key: (run) => run.summary.best?.metrics[first.metric],
      content: (run) => formatNumber(run.summary.best?.metrics[first.metric]) },
    { title: "front", number: true, key: (run) => run.summary.front.length,
      content: (run) => formatNumber(run.summary.front.length) },
  ];
  if (runs[0].objectives.length > 1) {
    columns.push({ title: "hypervolume", number: true, key: (run) => run.hypervolume.at(-1)?.value,
                   content: (run) => formatNumber(run.hypervolume.at(-1)?.value ?? 0) });
  }
  return section(
    "Runs", {}, table("Runs", columns, runs),
    runs[0].objectives.length > 1 && reference.length > 0
      ? element("p", { class: "note" }, "Hypervolumes here are all measured from one point, the worst "
          + `of the runs' own: ${runs[0].objectives.map((objective, i) =>
            `${objective.metric} ${formatNumber(reference[i])}`).join(", ")}.`) : null);
}

function searchPage(data) {
  const { runs } = data;
  if (runs.length === 1) {
    const [run] = runs;
    return [header(run), element("div", { class: "tiles" }, tiles(run)), ...charts(runs),
            frontTable(runs), predictedFront(run), cells(run), lineage(run), finalTraining(run), forecasts(run),
            geneImportance(run), operators(run), timeSplit(run), failures(run), ...provenance(run.configuration, run.host)];
  }
  return [
    element("header", {},
            element("h1", {}, `${runs.length} runs compared`),
            element("p", { class: "lead" },
                    `${runs[0].objectives.map(objectiveText).join(", ")}.`)),
    element("div", { class: "tiles" }),
    comparison(runs, data.reference_point), ...charts(runs), frontTable(runs),
  ];
}
