import Basics
import Language

/// The metrics of a training as small drawings of equal size, side by side.
struct TrainingCurves {
    let history: TrainingHistory

    private static let width = 220.0, height = 96.0
    /// More points than the drawing has dots say nothing.
    private static let mostPoints = 220

    func html() -> String {
        "<div class=\"curves\">" + history.metrics.map(curve).joined() + "</div>\n"
    }

    private func curve(_ metric: TrainingHistory.Metric) -> String {
        let finite = metric.values.filter(\.isFinite)
        let low = finite.min() ?? 0
        let high = finite.max() ?? 0
        let last = finite.last ?? 0
        let first = history.steps.first ?? 0
        let end = history.steps.last ?? 0
        func text(_ number: Double) -> String { NumberText.shown(number) }
        let alternative =
            "\(metric.name) over \(history.unit) \(text(first)) to \(text(end)): "
            + "from \(text(finite.first ?? 0)) to \(text(last)), lowest \(text(low)), highest \(text(high))"
        let lines = strokes(metric.values, low: low, high: high).map { "<path d=\"\($0)\"/>" }.joined()
        return """
            <figure class="curve"><figcaption><span>\(HTML.escaped(metric.name))</span> \
            <output>\(Self.brief(last))</output></figcaption>\
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.dot(Self.width)) \(Self.dot(Self.height))" \
            role="img" aria-label="\(HTML.escaped(alternative))">\(lines)</svg>\
            <div class="ends"><span>\(HTML.escaped(history.unit)) \(text(first))–\(text(end))</span>\
            <span>\(Self.brief(low)) … \(Self.brief(high))</span></div></figure>

            """
    }

    /// A path for each stretch without gaps. Where there are too many points, the lowest and highest of a few
    /// neighbours stand for them, so that no spike is lost.
    private func strokes(_ values: [Double], low: Double, high: Double) -> [String] {
        let first = history.steps.first ?? 0
        let span = max((history.steps.last ?? 1) - first, .leastNormalMagnitude)
        let rise = max(high - low, .leastNormalMagnitude)
        func point(_ index: Int) -> String {
            let x = 2 + (history.steps[index] - first) / span * (Self.width - 4)
            let y = Self.height - 3 - (values[index] - low) / rise * (Self.height - 6)
            return "\(Self.dot(x)) \(Self.dot(y))"
        }
        var strokes: [String] = []
        var current: [String] = []
        let stride = max(1, 2 * values.count / Self.mostPoints)
        var start = 0
        while start < values.count {
            let indices = start..<min(start + stride, values.count)
            let finite = indices.filter { values[$0].isFinite }
            if finite.isEmpty {
                strokes.append(current.joined(separator: "L"))
                current = []
            }
            let lowest = finite.min { values[$0] < values[$1] }
            let highest = finite.max { values[$0] < values[$1] }
            for index in Set([lowest, highest].compactMap(\.self)).sorted() { current.append(point(index)) }
            start += stride
        }
        strokes.append(current.joined(separator: "L"))
        return strokes.filter { !$0.isEmpty }.map { "M" + $0 }
    }

    private static func dot(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    /// With four significant digits.
    private static func brief(_ number: Double) -> String { NumberColumn([number]).text(number) }
}
