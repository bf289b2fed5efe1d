import Basics
import Foundation

extension PointMap {
    /// One page that needs nothing else, fetches nothing, and shows the map with zoom, hover, search and filters.
    ///
    /// Numbers stand in it as base64 of little-endian arrays, texts once each, so 100,000 points take a few megabytes.
    /// Like all pages it is well-formed XML (`docs/decisions/report-page.md`).
    ///
    /// - Throws: `RhumbError` for a map whose parts don't fit together.
    public func page() throws -> String {
        try check()
        let heading = title.isEmpty ? "Embedding map" : title
        let script = "/*<![CDATA[*/\n" + String(decoding: PackageResources.map_js, as: UTF8.self) + "/*]]>*/"
        return PageFrame.page(
            title: heading,
            body: Self.body(heading) + "<script type=\"application/json\" id=\"data\">\(data)</script>\n",
            style: String(decoding: PackageResources.map_css, as: UTF8.self), script: script)
    }

    private static func body(_ heading: String) -> String {
        """
        <div class="app">
        <aside>
        \(HTML.element("h1", heading))
        <p class="facts" id="facts" role="status"></p>
        <label class="search">Search<input id="search" type="search" placeholder="words in a label" \
        autocomplete="off" spellcheck="false" /></label>
        <p class="row"><button id="show" type="button">Show matches</button> \
        <button id="clear" type="button">Clear</button></p>
        <fieldset id="groups"><legend>Groups</legend></fieldset>
        <fieldset id="stages" hidden="hidden"><legend>Steering</legend></fieldset>
        <fieldset id="range" hidden="hidden"><legend></legend><div id="scale" hidden="hidden"></div><label>from <input id="low" type="number" step="any" />\
        </label> <label>to <input id="high" type="number" step="any" /></label></fieldset>
        <ol id="found" aria-label="Matches"></ol>
        </aside>
        <div class="map" id="map" tabindex="0" role="application" aria-label="Map: drag to move, wheel to zoom">
        <canvas id="points"></canvas><canvas id="over"></canvas>
        <div id="tip" hidden="hidden"></div>
        <p class="axis x" id="xlabel"></p><p class="axis y" id="ylabel"></p>
        <p class="tools"><button id="in" type="button" title="zoom in (+)">+</button>\
        <button id="out" type="button" title="zoom out (-)">−</button>\
        <button id="all" type="button" title="everything (0)">⤢</button></p>
        </div>
        </div>

        """
    }

    /// What the script reads: see its first lines.
    private var data: String {
        var texts: [String] = []
        var known: [String: UInt32] = [:]
        let labelOf = labels.map { label -> UInt32 in
            if let index = known[label] { return index }
            let index = UInt32(texts.count)
            known[label] = index
            texts.append(label)
            return index
        }
        var fields = [
            ("n", "\(x.count)"), ("x", Self.base64(x.map(Float.init))), ("y", Self.base64(y.map(Float.init))),
            ("label", Self.base64(labelOf)), ("labels", Self.json(texts)),
            ("group", Self.base64(group.map { UInt16($0) })), ("groups", Self.json(groups)),
            ("stage", Self.base64(stage.map { UInt8($0) })), ("stages", Self.json(stages)),
            ("axes", Self.json([xLabel, yLabel])),
            (
                "paths",
                "[" + paths.map { "[" + $0.map(String.init).joined(separator: ",") + "]" }.joined(separator: ",") + "]"
            ),
            (
                "arrows",
                "["
                    + arrows.map { arrow in
                        "[" + (arrow.from + arrow.to).map { Self.json($0) }.joined(separator: ",") + ","
                            + Self.json(arrow.label) + "]"
                    }.joined(separator: ",") + "]"
            ),
        ]
        if let measure {
            fields.append(("measure", Self.base64(measure.values.map(Float.init))))
            fields.append(("measured", Self.json(measure.name)))
            fields.append(("coloured", measure.isColour ? "true" : "false"))
        }
        return "{" + fields.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    private static func base64<Element>(_ values: [Element]) -> String {
        "\"" + values.withUnsafeBytes { Data($0) }.base64EncodedString() + "\""
    }

    private static func json(_ number: Double) -> String { number.isFinite ? "\(number)" : "null" }

    private static func json(_ texts: [String]) -> String { "[" + texts.map(json).joined(separator: ",") + "]" }

    /// A text as JSON that neither HTML nor XML take for markup.
    static func json(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "<", ">", "&", "\u{FFFE}", "\u{FFFF}", "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
