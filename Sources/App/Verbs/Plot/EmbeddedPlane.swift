import Basics
import Language
import Plot
import Steering
import Tensor

/// Rows placed in the plane, and the same rows after steering.
struct EmbeddedPlane {
    enum Method {
        case pca
        case tsne(TSNE)
        case umap(UMAP)
    }

    /// The rows, then their steered selves, strength by strength.
    let x: [Double]
    let y: [Double]
    /// How many rows there are before steering.
    let count: Int
    /// Whether distances on the map are not those in space.
    let isBent: Bool
    /// What the axes are.
    let labels: (x: String, y: String)
    private let pca: PCA

    /// By principal components the plane is that of the rows alone; the other methods place all of them together.
    init(_ rows: Tensor, steered: [Tensor], _ method: Method, _ host: any SessionHost) throws {
        pca = try PCA(rows, components: 2)
        count = rows.shape[0]
        let all = steered.isEmpty ? rows : try Tensor.concatenated([rows] + steered, axis: 0)
        let plane = try pca.project(all)
        let first = try plane.selected(1, 0).floats.map(Double.init)
        let second = try plane.selected(1, 1).floats.map(Double.init)
        switch method {
        case .pca:
            let shares = pca.ratio.floats.map { "\(Int((Double($0) * 100).rounded())) %" }
            (x, y, isBent) = (first, second, false)
            labels = ("first component (\(shares[0]))", "second component (\(shares[1]))")
        case .tsne(let settings):
            let layout = try settings.layout(
                all.floats, dimensions: all.shape[1], start: .positions(x: first, y: second),
                progress: { host.progress(StepProgress("t-SNE", done: $0, total: settings.iterations)) },
                isCancelled: { host.isInterrupted })
            (x, y, isBent, labels) = (layout.x, layout.y, true, ("", ""))
        case .umap(let settings):
            let layout = try settings.layout(
                all.floats, dimensions: all.shape[1], x: first, y: second,
                progress: { host.progress(StepProgress("UMAP", done: Int($0 * 100), total: 100)) },
                isCancelled: { host.isInterrupted })
            (x, y, isBent, labels) = (layout.x, layout.y, true, ("", ""))
        }
    }

    /// v from the middle of the map: its projection into the plane, or on a bent map the way in which safety rises.
    ///
    /// - Parameter safety: of each row before steering.
    func arrow(along v: Tensor, safety: [Double]) throws -> Arrow {
        let (x, y) = (Array(self.x.prefix(count)), Array(self.y.prefix(count)))
        let span = max((x.max() ?? 0) - (x.min() ?? 0), (y.max() ?? 0) - (y.min() ?? 0))
        var direction: (x: Double, y: Double), label: String
        if isBent {
            let fit = Self.gradient(of: safety, x, y)
            direction = (fit.x, fit.y)
            label = "v (R² = \(String(Int((fit.explained * 100).rounded()))) %)"
        } else {
            let shadow = try pca.components.matmul(v.unsqueezed(1)).floats.map(Double.init)
            direction = (shadow[0], shadow[1])
            let share = (direction.x * direction.x + direction.y * direction.y).squareRoot()
            label = "v (\(Int((share * 100).rounded())) % in this plane)"
        }
        let length = max((direction.x * direction.x + direction.y * direction.y).squareRoot(), 1e-12)
        let from = Point(x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
        let scale = 0.35 * span / length
        return Arrow(from: from, to: Point(from.x + direction.x * scale, from.y + direction.y * scale), label: label)
    }

    /// The least-squares plane through values over the map, and the share of their variance it explains.
    private static func gradient(
        of values: [Double], _ x: [Double], _ y: [Double]
    ) -> (x: Double, y: Double, explained: Double) {
        func centred(_ list: [Double]) -> [Double] {
            let mean = list.reduce(0, +) / Double(list.count)
            return list.map { $0 - mean }
        }
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        let cx = centred(x), cy = centred(y), cv = centred(values)
        let (xx, yy, xy, xv, yv) = (dot(cx, cx), dot(cy, cy), dot(cx, cy), dot(cx, cv), dot(cy, cv))
        let determinant = xx * yy - xy * xy
        guard determinant > 1e-12 * xx * yy, dot(cv, cv) > 0 else { return (1, 0, 0) }
        let a = (xv * yy - yv * xy) / determinant, b = (yv * xx - xv * xy) / determinant
        return (a, b, (a * xv + b * yv) / dot(cv, cv))
    }
}
