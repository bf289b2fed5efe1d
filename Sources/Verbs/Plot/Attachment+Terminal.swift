import Language
import Plot

extension Attachment {
    /// What to print so that a terminal shows this; empty when it shows nothing but the path of the saved file.
    ///
    /// Without pictures, a figure is shown as text if a line of it fits, which reads better than half blocks.
    public func inline(on terminal: Terminal) -> String {
        func form(_ type: String) -> [UInt8]? { forms.first { $0.type == type }?.bytes }
        if terminal.graphics == .blocks, terminal.columns > FigureValue.textColumns,
            let text = form(terminal.depth == .full ? MediaType.ansi : MediaType.ansi256)
        {
            return String(decoding: text, as: UTF8.self)
        }
        guard let png = form(MediaType.png) else { return "" }
        // Figures have two pixels a unit.
        return terminal.inline(png: png, scale: form(MediaType.gnuplot) == nil ? 1 : 2)
    }
}
