"""A picture of a finished run: what was evaluated and the front, as a page that plotly draws.

    python plot_run.py runs/quickstart-1 [--out front.html]
"""
import argparse

import plotly.graph_objects as go

import evonas


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--out", default="front.html")
    options = parser.parse_args()
    run = evonas.read_run(options.run)
    rows = run.evaluations()
    rows = rows[(rows["rung"] == 0) & (rows["state"] == "complete")]
    metrics = [metric for metric, _ in run.objectives]
    x, y = (metrics[1], metrics[0]) if len(metrics) > 1 else ("index", metrics[0])
    if len(metrics) > 1:
        front = run.front()
    else:
        best = rows[y].cummax() if run.objectives[0][1] == "maximize" else rows[y].cummin()
        front = rows.assign(**{y: best})
    figure = go.Figure()
    for feasible, colour in ((False, "lightgrey"), (True, "steelblue")):
        part = rows[rows["feasible"] == feasible]
        figure.add_scatter(x=part[x], y=part[y], mode="markers", marker_color=colour,
                           text=part["architecture"], name="within limits" if feasible else "beyond")
    figure.add_scatter(x=front[x], y=front[y], mode="lines", line_color="firebrick", name="front")
    figure.update_layout(xaxis_title=f"{x} {run.units.get(x, '')}",
                         yaxis_title=f"{y} {run.units.get(y, '')}", title=run.name)
    figure.write_html(options.out)
    print(options.out)


if __name__ == "__main__":
    main()
