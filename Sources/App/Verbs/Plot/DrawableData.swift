import Language
import Plot
import Tensor

/// A value of the language as data to draw.
enum DrawableData {
    case numbers([Double])
    case matrix([Double], rows: Int, columns: Int)
    /// Rows of numbers by name.
    case groups([PlotData.Series])
    /// One number for each name.
    case named([String], [Double])
    case table(Table)
    /// Tables to be compared, by name.
    case tables([(name: String, table: Table)])
    case images([ImageValue])
    case figures([Figure])

    /// `nil` for a value that can't be drawn.
    init?(_ value: Value) throws {
        switch value {
        case .table(let table): self = .table(table)
        case .record(let record):
            guard record.count > 0 else { return nil }
            let tables = record.fields.compactMap { name, value -> (name: String, table: Table)? in
                if case .table(let table) = value { (name, table) } else { nil }
            }
            if tables.count == record.count { self = .tables(tables); return }
            let rows = try record.fields.map { ($0, try $1.asRow()) }
            guard rows.allSatisfy({ $1 != nil }) else { return nil }
            let isScalar = record.values.allSatisfy { if case .number = $0 { true } else { false } }
            self =
                isScalar
                ? .named(record.keys, rows.compactMap { $1?.first })
                : .groups(rows.map { PlotData.Series($0, $1 ?? []) })
        case .object(let object):
            if let figure = object as? FigureValue {
                self = .figures([figure.figure])
            } else if let image = object as? ImageValue {
                self = .images([image])
            } else {
                guard let tensor = try value.asTensor(), let data = DrawableData(tensor) else { return nil }
                self = data
            }
        case .list(let items):
            let tables = items.compactMap { if case .table(let table) = $0 { table } else { nil } }
            if !items.isEmpty, tables.count == items.count {
                self = .tables(tables.enumerated().map { ("\($0.offset + 1)", $0.element) })
                return
            }
            let images = items.compactMap { $0.object(as: ImageValue.self) }
            let figures = items.compactMap { $0.object(as: FigureValue.self)?.figure }
            if items.isEmpty {
                self = .numbers([])
            } else if images.count == items.count {
                self = .images(images)
            } else if figures.count == items.count {
                self = .figures(figures)
            } else if let row = try value.asRow() {
                self = .numbers(row)
            } else if let tensor = try value.asTensor(), let data = DrawableData(tensor) {
                self = data
            } else {
                return nil
            }
        default:
            guard let row = try value.asRow() else { return nil }
            self = .numbers(row)
        }
    }

    /// A scalar, a row or a matrix; `nil` for more dimensions.
    private init?(_ tensor: Tensor) {
        let values = tensor.floats.map(Double.init)
        switch tensor.rank {
        case 0, 1: self = .numbers(values)
        case 2: self = .matrix(values, rows: tensor.shape[0], columns: tensor.shape[1])
        default: return nil
        }
    }
}

extension Value {
    /// This value as a row of numbers, gaps being NaN: a number, a range, a list of numbers and nones, a tensor of one
    /// dimension. `nil` for anything else.
    func asRow() throws -> [Double]? {
        switch self {
        case .number(let number): return [number]
        case .range(let range):
            guard let count = range.count, count <= 1 << 24 else { return nil }
            return (0..<count).map { range[$0] }
        case .list(let items):
            var row: [Double] = []
            row.reserveCapacity(items.count)
            for item in items {
                switch item {
                case .number(let number): row.append(number)
                case .boolean(let boolean): row.append(boolean ? 1 : 0)
                case .none, .unset: row.append(.nan)
                default: return nil
                }
            }
            return row
        case .object(let object):
            guard object is TensorValue, let tensor = try asTensor(), tensor.rank <= 1 else { return nil }
            return tensor.floats.map(Double.init)
        default: return nil
        }
    }
}

extension Image {
    /// The picture as a figure draws it.
    var bitmap: Bitmap? { Bitmap(width: width, height: height, pixels: rgb8) }
}
