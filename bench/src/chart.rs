//! Bars: how long a person waits for the first answer.

use std::fmt::Write;

use crate::{
    starts::{Times, median},
    subjects::Subject,
};

const ROW: usize = 34;
const LEFT: f64 = 150.0;
const WIDTH: f64 = 560.0;

/// An SVG with a bar for each subject's init and first request.
pub fn bars(subjects: &[Subject], times: &[Times]) -> String {
    let longest = times.iter().map(|times| median(&times.first)).fold(0.0, f64::max);
    let height = ROW * subjects.len() + 50;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 820 {height}\" font-family=\"system-ui, sans-serif\" \
         font-size=\"14\" role=\"img\" aria-label=\"Milliseconds from a cold start to the first answer\">\n\
         <style>text{{fill:#1f2328}}.i{{fill:#0a7d4b}}.f{{fill:#7fcfa8}}@media(prefers-color-scheme:dark)\
         {{text{{fill:#e6edf3}}.i{{fill:#2fbf7f}}.f{{fill:#1d6b49}}}}</style>\n\
         <text x=\"8\" y=\"22\" font-weight=\"600\">Cold start to first answer, ms (the first part: init)</text>\n"
    );
    for (nth, (subject, times)) in subjects.iter().zip(times).enumerate() {
        let y = 40 + ROW * nth;
        let (init, first) = (median(&times.init), median(&times.first));
        let scale = |value: f64| value / longest * WIDTH;
        writeln!(
            svg,
            "<text x=\"8\" y=\"{}\">{}</text>\
             <rect class=\"f\" x=\"{LEFT}\" y=\"{y}\" width=\"{:.1}\" height=\"20\"/>\
             <rect class=\"i\" x=\"{LEFT}\" y=\"{y}\" width=\"{:.1}\" height=\"20\"/>\
             <text x=\"{:.1}\" y=\"{}\">{first:.1}</text>",
            y + 15,
            subject.name,
            scale(first).max(1.0),
            scale(init).max(1.0),
            LEFT + scale(first) + 8.0,
            y + 15,
        )
        .unwrap();
    }
    svg + "</svg>\n"
}
