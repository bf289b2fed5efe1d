import Basics
import Language
import Plot

/// `grid`: pictures or figures in rows and columns.
enum GridVerb {
    static var grid: Verb {
        Verb(
            "grid", family: "figures", summary: "put images, or figures, side by side",
            parameters: [
                Parameter(
                    "items", .any,
                    help:
                        "a list of images or of figures, a tensor [count, 3, height, width], or a table with a column of images"
                ),
                .option(
                    "columns", .optional(.whole(in: 1...100)), default: .none,
                    help: "how many in a row; by default chosen"),
                .option(
                    "captions", .optional(.either([.list(of: .string), .boolean])), default: .none,
                    help: "a text under each image; by default their names, false for none"),
                .option("title", .string, default: "", help: "over the whole"),
            ],
            result: "a figure",
            examples: [
                .init("grid (scene count: 8 seed: 1) columns: 4", gives: "figure 8 images"),
                .init("grid rand([2, 3, 8, 8], seed: 1)", gives: "figure 2 images"),
                .init(
                    "grid [plot([1, 2]), histogram(randn([100], seed: 1))] title: \"both\"",
                    gives: "figure \"both\": 2 panels"),
            ],
            seeAlso: ["plot", "scene"]
        ) { call in
            let columns = try call.optional("columns", call.whole), title = try call.string("title")
            switch try drawable(call.value("items")) {
            case .images(let images):
                var captions: [String]?
                switch try call.value("captions") {
                case .boolean(let shown): captions = shown ? nil : []
                case .list:
                    captions = try call.strings("captions")
                    if let captions, captions.count != images.count {
                        throw call.failure(
                            "captions", "\(images.count) images need \(images.count) captions, not \(captions.count)")
                    }
                default: break
                }
                return .object(FigureValue(try figure(of: images, captions: captions, columns: columns, title: title)))
            case .figures(let figures): return .object(FigureValue(.grid(figures, columns: columns, title: title)))
            default:
                throw call.failure(
                    "items", "'items' of 'grid' must be images or figures, not \(try call.value("items").described)",
                    hint: "grid [image, image]")
            }
        }
    }

    private static func drawable(_ items: Value) throws -> DrawableData? {
        let data = try DrawableData(items)
        switch data {
        case .images, .figures: return data
        case .table(let table):
            let column = table.columns.first { $0.values.first?.object(as: ImageValue.self) != nil }
            return try column.map { try DrawableData(.list($0.values)) } ?? data
        default: return try items.asImages().map { .images($0.map { ImageValue($0) }) } ?? data
        }
    }

    /// - Parameter captions: `nil` takes the names of the images, if any has one.
    static func figure(
        of images: [ImageValue], captions: [String]?, columns: Int?, title: String = ""
    ) throws -> Figure {
        let bitmaps = images.compactMap(\.image.bitmap)
        guard bitmaps.count == images.count else { throw RhumbError("an image without pixels can't be shown") }
        let names = images.map(\.name)
        return .images(
            bitmaps, captions: captions ?? (names.contains { !$0.isEmpty } ? names : []), columns: columns, title: title
        )
    }
}
