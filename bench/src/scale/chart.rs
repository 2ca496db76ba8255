//! A line chart: dollars per login by number of people, both by powers of ten.

use std::fmt::Write;

const LEFT: f64 = 70.0;
const TOP: f64 = 50.0;
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 260.0;

/// Powers of ten at the ends of both axes.
const PEOPLE: [i32; 2] = [3, 8];
const DOLLARS: [i32; 2] = [-5, 0];

/// A line of the chart.
pub struct Line {
    pub name: String,
    pub dollars: Box<dyn Fn(f64) -> f64>,
}

/// An SVG with these lines.
pub fn lines(lines: &[Line]) -> String {
    let along = |value: f64, [from, to]: [i32; 2]| (value.log10() - f64::from(from)) / f64::from(to - from);
    let x = |people: f64| LEFT + along(people, PEOPLE) * WIDTH;
    let y = |dollars: f64| TOP + (1.0 - along(dollars, DOLLARS)) * HEIGHT;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 820 {:.0}\" font-family=\"system-ui, sans-serif\" \
         font-size=\"13\" role=\"img\" aria-label=\"Dollars per login by number of people\">\n\
         <style>text{{fill:#1f2328}}.g{{stroke:#d0d7de}}polyline{{fill:none;stroke-width:2}}.l0{{stroke:#0a7d4b}}.l1{{stroke:#7fcfa8}}\
         .l2{{stroke:#9a6700;stroke-dasharray:5 4}}@media(prefers-color-scheme:dark){{text{{fill:#e6edf3}}.g{{stroke:#30363d}}\
         .l0{{stroke:#2fbf7f}}.l1{{stroke:#1d8b60}}.l2{{stroke:#d29922}}}}</style>\n\
         <text x=\"8\" y=\"22\" font-weight=\"600\">Dollars per login by number of people</text>\n",
        TOP + HEIGHT + 40.0
    );
    let names = ["1,000", "10,000", "100,000", "1 million", "10 million", "100 million"];
    for (power, name) in (PEOPLE[0]..=PEOPLE[1]).zip(names) {
        let at = x(10_f64.powi(power));
        writeln!(
            svg,
            "<path class=\"g\" d=\"M{at:.0} {TOP}v{HEIGHT}\"/><text x=\"{at:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{name}</text>",
            TOP + HEIGHT + 20.0
        )
        .unwrap();
    }
    for power in DOLLARS[0]..=DOLLARS[1] {
        let at = y(10_f64.powi(power));
        let digits = usize::try_from(-power).unwrap();
        writeln!(
            svg,
            "<path class=\"g\" d=\"M{LEFT} {at:.0}h{WIDTH}\"/><text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">${:.digits$}</text>",
            LEFT - 6.0,
            at + 4.0,
            10_f64.powi(power)
        )
        .unwrap();
    }
    for (nth, Line { name, dollars }) in lines.iter().enumerate() {
        let points = (PEOPLE[0] * 4..=PEOPLE[1] * 4).map(|quarter| 10_f64.powf(f64::from(quarter) / 4.0));
        let points: Vec<_> =
            points.map(|people| format!("{:.1},{:.1}", x(people), y(dollars(people)))).collect();
        let end = y(dollars(10_f64.powi(PEOPLE[1])));
        writeln!(
            svg,
            "<polyline class=\"l{nth}\" points=\"{}\"/><text x=\"{:.0}\" y=\"{:.0}\">{name}</text>",
            points.join(" "),
            LEFT + WIDTH + 8.0,
            end + 4.0
        )
        .unwrap();
    }
    svg + "</svg>\n"
}
