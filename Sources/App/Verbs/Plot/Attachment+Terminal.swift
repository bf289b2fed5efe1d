import Language
import Plot

extension Attachment {
    /// What to print so that a terminal shows this; empty when it shows nothing but the path of the saved file.
    ///
    /// Without pictures, a figure is shown as text of the greatest width that fits, which reads better than half blocks
    /// and needs no colours.
    public func inline(on terminal: Terminal) -> String {
        func form(_ type: String) -> [UInt8]? { forms.first { $0.type == type }?.bytes }
        if terminal.graphics == .blocks {
            let types: [String]
            if terminal.columns > FigureValue.textColumns {
                types = [
                    terminal.depth == .none
                        ? MediaType.text : terminal.depth == .full ? MediaType.ansi : MediaType.ansi256
                ]
            } else {
                types = FigureValue.narrowColumns.filter { $0 < terminal.columns }.map {
                    MediaType.narrow(MediaType.ansi256, columns: $0)
                }
            }
            if let bytes = types.lazy.compactMap(form).first {
                let text = String(decoding: bytes, as: UTF8.self)
                return terminal.depth == .none ? text.replacing(#/\u{1b}\[[0-9;]*m/#, with: "") : text
            }
        }
        guard let png = form(MediaType.png) else { return "" }
        // Figures have two pixels a unit.
        return terminal.inline(png: png, scale: form(MediaType.gnuplot) == nil ? 1 : 2)
    }
}
