//! The report's plots.

use std::path::Path;

use anyhow::Result;
use plotters::prelude::*;

/// A line of a plot: its name, and its points.
pub type Series = (String, Vec<(f64, f64)>);

const SIZE: (u32, u32) = (860, 480);
const FONT: &str = "sans-serif";

/// Lines over the number of open streams, both axes logarithmic.
///
/// # Errors
///
/// The file can't be written.
pub fn lines(file: &Path, title: &str, unit: &str, all: &[Series]) -> Result<()> {
    let points = || all.iter().flat_map(|(_, points)| points);
    let bounds = |values: Vec<f64>| {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(0.0, f64::max);
        (low * 0.9, high * 1.1)
    };
    let (left, right) = bounds(points().map(|p| p.0).collect());
    let (bottom, top) = bounds(points().map(|p| p.1).collect());
    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, (FONT, 20))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d((left..right).log_scale(), (bottom..top).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("open streams")
        .y_desc(unit)
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y}"))
        .label_style((FONT, 14))
        .x_labels(5)
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.15))
        .draw()?;
    for (k, (name, points)) in all.iter().enumerate() {
        let color = Palette99::pick(k).to_rgba();
        chart
            .draw_series(
                LineSeries::new(points.iter().copied(), color.stroke_width(2)).point_size(3),
            )?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .label_font((FONT, 14))
        .draw()?;
    area.present()?;
    Ok(())
}

/// A bar for each server, as long as its figure.
///
/// # Errors
///
/// The file can't be written.
pub fn bars(file: &Path, title: &str, unit: &str, all: &[(String, f64)]) -> Result<()> {
    const LINE: i32 = 30;
    const NAMES: i32 = 200;
    const FIGURES: i32 = 80;
    let height = 50 + LINE * all.len() as i32;
    let width = SIZE.0 as i32;
    let longest = all.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let area = SVGBackend::new(file, (SIZE.0, height as u32)).into_drawing_area();
    area.fill(&WHITE)?;
    area.draw(&Text::new(
        format!("{title} ({unit})"),
        (12, 12),
        (FONT, 20),
    ))?;
    for (k, (name, value)) in all.iter().enumerate() {
        let y = 44 + LINE * k as i32;
        let len = (value / longest * f64::from(width - NAMES - FIGURES)) as i32;
        let bar = [(NAMES, y), (NAMES + len.max(1), y + LINE - 10)];
        area.draw(&Rectangle::new(bar, Palette99::pick(k).filled()))?;
        area.draw(&Text::new(name.clone(), (12, y + 3), (FONT, 14)))?;
        area.draw(&Text::new(
            format!("{value:.1}"),
            (NAMES + len + 8, y + 3),
            (FONT, 14),
        ))?;
    }
    area.present()?;
    Ok(())
}
