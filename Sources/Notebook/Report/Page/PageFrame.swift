/// What all pages have in common: head, style, script.
enum PageFrame {
    /// A whole page. Its policy forbids the browser to fetch anything, so that it reads the same anywhere.
    ///
    /// - Parameters:
    ///   - ownImages: whether the page shows pictures from files beside it.
    ///   - style, script: the report's own, or those of another kind of page.
    static func page(
        title: String, body: String, ownImages: Bool = false,
        style: String = String(decoding: PackageResources.report_css, as: UTF8.self),
        script: String = String(decoding: PackageResources.report_js, as: UTF8.self)
    ) -> String {
        let images = ownImages ? "data: 'self' file:" : "data:"
        return HTML.allowed(
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <title>\(HTML.escaped(title))</title>
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <meta name="generator" content="Rhumb" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src \(images); \
            style-src 'unsafe-inline'; script-src 'unsafe-inline'" />
            <link rel="icon" href="data:," />
            <style>
            \(style)</style>
            </head>
            <body>
            \(body)<script>
            \(script)</script>
            </body>
            </html>

            """)
    }
}
