import Files

/// Plain data, before anybody said how to draw it.
public enum PlotData: Sendable, Hashable {
    /// One row of numbers.
    case numbers([Double])
    /// Two rows of numbers that belong together pairwise.
    case pairs(x: [Double], y: [Double])
    /// Several named rows of numbers.
    case series([Series])
    /// Numbers in rows and columns, row by row.
    case matrix([Double], rows: Int, columns: Int)
    /// A value for each of some names.
    case named([String], [Double])
    case table(MetricsTable)
    case images([Bitmap], captions: [String])

    public struct Series: Sendable, Hashable {
        public var name: String
        public var values: [Double]

        public init(_ name: String, _ values: [Double]) {
            self.name = name
            self.values = values
        }
    }
}

extension Figure {
    /// Draws data in the way that usually suits it:
    ///
    /// | data | kind |
    /// |---|---|
    /// | numbers | a line; a histogram for many whole numbers of few different values |
    /// | pairs | a line where x rises, else points |
    /// | several series | lines |
    /// | a matrix | points for rows of two, a line for a single row or column, else a heatmap |
    /// | names with values | bars, horizontal when the names are long |
    /// | a table | its columns as lines |
    /// | images | a grid |
    ///
    /// - Throws: ``MetricsError`` for a table without numbers.
    public static func automatic(
        for data: PlotData, title: String = "", x: Axis = Axis(), y: Axis = Axis()
    ) throws(MetricsError) -> Figure {
        switch data {
        case .numbers(let values):
            if values.repeatFewWholeNumbers {
                return .histogram([Histogram(values)], title: title, x: x, y: y)
            }
            return .line([Line(y: values, showsPoints: values.count <= 40)], title: title, x: x, y: y)
        case .pairs(let xValues, let yValues):
            let rises = zip(xValues, xValues.dropFirst()).allSatisfy { $0 < $1 }
            return rises && xValues.count > 1
                ? .line([Line(x: xValues, y: yValues, showsPoints: yValues.count <= 40)], title: title, x: x, y: y)
                : .scatter(x: xValues, y: yValues, title: title, xAxis: x, yAxis: y)
        case .series(let series):
            return .line(
                series.map { Line(y: $0.values, name: $0.name, showsPoints: $0.values.count <= 40) },
                title: title, x: x, y: y)
        case .matrix(let values, let rows, let columns):
            if rows == 1 || columns == 1 { return try automatic(for: .numbers(values), title: title, x: x, y: y) }
            if columns == 2, rows > 2 {
                let pairs = (0..<min(rows, values.count / 2)).map { (values[$0 * 2], values[$0 * 2 + 1]) }
                return .scatter(x: pairs.map(\.0), y: pairs.map(\.1), title: title, xAxis: x, yAxis: y)
            }
            return .heatmap(Heatmap(values: values, rows: rows, columns: columns), title: title, x: x, y: y)
        case .named(let names, let values):
            let isLong = (names.map(\.count).max() ?? 0) > 18 || names.count > 14
            return .bars(
                Bars(categories: names, series: [.init(values)], isHorizontal: isLong, showsValues: names.count <= 20),
                title: title, x: x, y: y)
        case .table(let table):
            var view = MetricsView()
            view.title = title
            return try .metrics([MetricsSource("the table", table)], view).figure
        case .images(let images, let captions):
            return .images(images, captions: captions, title: title)
        }
    }
}

extension [Double] {
    /// Whether these look like answers on a scale, counts or labels rather than a course of values.
    fileprivate var repeatFewWholeNumbers: Bool {
        guard count >= 30, allSatisfy({ $0 == $0.rounded() && $0.isFinite }) else { return false }
        return Set(self).count * 3 <= count && Set(self).count <= 30
    }
}
