import Basics
import Language
import Tensor

extension VerbFamily {
    static var linearAlgebra: VerbFamily {
        VerbFamily(
            "algebra", "linear algebra",
            [
                .matmul, .dot, .cosine, .solve, .lstsq, .inverse, .pinv, .determinant, .trace, .svd, .eigh, .qr,
                .cholesky,
                .pca,
            ], extendsBuiltins: true)
    }
}

extension Verb {
    private static let family = "algebra"

    private static var matrix: Parameter { Parameter("a", .tensor, help: "a matrix") }
    private static var stack: Parameter {
        Parameter("a", .tensor, help: "a matrix, or a stack of them in the last two dimensions")
    }

    fileprivate static var matmul: Verb {
        Verb(
            "matmul", family: family, summary: "the matrix product",
            parameters: [
                Parameter("a", .tensor, help: "a matrix or vector"),
                Parameter("b", .tensor, help: "a matrix or vector"),
            ],
            result: "tensor", details: "`a @ b` is short for it. Leading dimensions are a stack and broadcast.",
            examples: [
                Example("matmul [[1, 2], [3, 4]] [1, 1]", gives: "tensor 2 float32\n  3  7"),
                Example("(zeros(5, 2, 3) @ zeros(3, 4)).shape", gives: "[5, 2, 4]"),
            ],
            seeAlso: ["dot", "outer", "solve"]
        ) { call in
            let (a, b) = try call.tensors("a", "b")
            return .tensor(try a.product(b))
        }
    }

    fileprivate static var dot: Verb {
        Verb(
            "dot", family: family, summary: "the dot product of two vectors",
            parameters: [
                Parameter("a", .tensor, help: "a vector, or vectors in the last dimension"),
                Parameter("b", .tensor, help: "vectors of the same length"),
            ],
            result: "number, or tensor without the last dimension",
            examples: [Example("dot [1, 2, 3] [4, 5, 6]", gives: "32")],
            seeAlso: ["matmul", "cosine"]
        ) { call in
            let (a, b) = try call.tensors("a", "b")
            guard let length = a.shape.last, length == b.shape.last else {
                throw RhumbError(
                    "'a' and 'b' of 'dot' must be vectors of one length, "
                        + "not of shapes \(Words.shape(a.shape)) and \(Words.shape(b.shape))")
            }
            return .tensor(try (a * b).sum([-1]))
        }
    }

    fileprivate static var cosine: Verb {
        Verb(
            "cosine", family: family, summary: "the cosine similarity of vectors",
            parameters: [
                Parameter("a", .tensor, help: "a vector, or rows [n, d]"),
                Parameter("b", .tensor, help: "a vector, or rows [m, d]"),
            ],
            result: "number for two vectors, else tensor [n, m], [n] or [m]: every row of a with every row of b",
            examples: [
                Example("cosine [1, 0] [1, 1]", gives: "0.707107"),
                Example(
                    "cosine [[1, 0], [0, 2]] [[3, 0], [1, 1]]",
                    gives: "tensor 2×2 float32\n         1  0.707107\n         0  0.707107"),
            ],
            seeAlso: ["dot", "normalize"]
        ) { call in
            let (a, b) = (try call.tensor("a").normalized(), try call.tensor("b").normalized())
            return .tensor(try b.rank < 2 ? a.matmul(b) : a.matmul(b.transposed()))
        }
    }

    fileprivate static var solve: Verb {
        Verb(
            "solve", family: family, summary: "x with a @ x = b, for a square matrix",
            parameters: [stack, Parameter("b", .tensor, help: "a vector, or a matrix with a column for each system")],
            result: "tensor of b's shape",
            details: "A singular matrix is an error; `lstsq` gives the least-squares solution.",
            examples: [Example("solve [[2, 0], [0, 4]] [2, 2]", gives: "tensor 2 float32\n    1  0.5")],
            seeAlso: ["lstsq", "inverse", "cholesky"]
        ) { call in
            .tensor(try call.tensor("a").solve(call.tensor("b")))
        }
    }

    fileprivate static var lstsq: Verb {
        Verb(
            "lstsq", family: family, summary: "the least-squares solution x of a @ x = b, the one of least norm",
            parameters: [
                matrix, Parameter("b", .tensor, help: "a vector, or a matrix with a column for each problem"),
            ],
            result: "tensor",
            examples: [
                Example(
                    "# a line through three points: slope and offset\nlstsq [[0, 1], [1, 1], [2, 1]] [1, 3, 5]",
                    gives: "tensor 2 float32\n  2  1")
            ],
            seeAlso: ["solve", "pinv"]
        ) { call in
            .tensor(try call.tensor("a").leastSquares(call.tensor("b")).solution)
        }
    }

    fileprivate static var inverse: Verb {
        Verb(
            "inverse", family: family, summary: "the inverse of a square matrix", parameters: [stack],
            result: "tensor of a's shape",
            examples: [Example("inverse [[2, 0], [0, 4]]", gives: "tensor 2×2 float32\n   0.5     0\n     0  0.25")],
            seeAlso: ["solve", "pinv"]
        ) { call in
            .tensor(try call.tensor("a").inverse())
        }
    }

    fileprivate static var pinv: Verb {
        Verb(
            "pinv", family: family, summary: "the Moore–Penrose inverse of any matrix", parameters: [matrix],
            result: "tensor [n, m]",
            examples: [
                Example("pinv [[1, 0, 0], [0, 2, 0]]", gives: "tensor 3×2 float32\n    1    0\n    0  0.5\n    0    0")
            ],
            seeAlso: ["lstsq", "inverse", "svd"]
        ) { call in
            .tensor(try call.tensor("a").pseudoInverse())
        }
    }

    fileprivate static var determinant: Verb {
        Verb(
            "det", family: family, summary: "the determinant of a square matrix", parameters: [stack],
            result: "number, or tensor for a stack", examples: [Example("det [[1, 2], [3, 4]]", gives: "-2")],
            seeAlso: ["inverse", "trace"]
        ) { call in
            .tensor(try call.tensor("a").determinant())
        }
    }

    fileprivate static var trace: Verb {
        Verb(
            "trace", family: family, summary: "the sum of a matrix's diagonal", parameters: [stack],
            result: "number, or tensor for a stack", examples: [Example("trace [[1, 2], [3, 4]]", gives: "5")],
            seeAlso: ["det"]
        ) { call in
            .tensor(try call.tensor("a").trace())
        }
    }

    fileprivate static var svd: Verb {
        Verb(
            "svd", family: family, summary: "the singular value decomposition a = u @ diag(s) @ vt",
            parameters: [stack],
            result: "record {u, s, vt}: orthonormal columns, descending singular values, orthonormal rows",
            details:
                "Each row of vt has its entry of largest magnitude positive, so that equal matrices give equal results.",
            examples: [
                Example("svd([[3, 0], [0, 4]]).s", gives: "tensor 2 float32\n  4  3"),
                Example("a = randn 4 3 seed: 1\nd = svd a\nd.u * d.s @ d.vt ≈ a within 1e-5", gives: "true"),
            ],
            seeAlso: ["eigh", "pca", "lstsq"]
        ) { call in
            let (u, s, vt) = try call.tensor("a").svd()
            return .record(["u": .tensor(u), "s": .tensor(s), "vt": .tensor(vt)])
        }
    }

    fileprivate static var eigh: Verb {
        Verb(
            "eigh", family: family, summary: "eigenvalues and eigenvectors of a symmetric matrix", parameters: [stack],
            result: "record {values, vectors}: ascending eigenvalues, eigenvectors as columns",
            examples: [Example("eigh([[2, 1], [1, 2]]).values", gives: "tensor 2 float32\n  1  3")],
            seeAlso: ["svd", "pca"]
        ) { call in
            let (values, vectors) = try call.tensor("a").eigh()
            return .record(["values": .tensor(values), "vectors": .tensor(vectors)])
        }
    }

    fileprivate static var qr: Verb {
        Verb(
            "qr", family: family, summary: "the decomposition a = q @ r", parameters: [stack],
            result: "record {q, r}: orthonormal columns, an upper triangular matrix with a non-negative diagonal",
            examples: [Example("qr([[0, 2], [3, 0]]).r", gives: "tensor 2×2 float32\n  3  0\n  0  2")],
            seeAlso: ["svd", "cholesky"]
        ) { call in
            let (q, r) = try call.tensor("a").qr()
            return .record(["q": .tensor(q), "r": .tensor(r)])
        }
    }

    fileprivate static var cholesky: Verb {
        Verb(
            "cholesky", family: family,
            summary: "the lower triangular l with a = l @ l.T, of a positive definite matrix",
            parameters: [stack], result: "tensor of a's shape",
            examples: [Example("cholesky [[4, 2], [2, 5]]", gives: "tensor 2×2 float32\n  2  0\n  1  2")],
            seeAlso: ["solve", "qr"]
        ) { call in
            .tensor(try call.tensor("a").cholesky())
        }
    }

    fileprivate static var pca: Verb {
        Verb(
            "pca", family: family, summary: "principal component analysis: the directions in which rows vary most",
            parameters: [
                Parameter("rows", .tensor, help: "at least two rows, [n, d]"),
                Parameter(
                    "count", .optional(.whole(in: 1...Int.max)), default: .none,
                    help: "how many directions; all when absent"),
            ],
            result: "record {projected, components, variance, ratio, mean}",
            details: """
                `projected` [n, count] are the rows' coordinates, `components` [count, d] the directions as unit rows, \
                `variance` the variance along each and `ratio` its share of the whole.
                """,
            examples: [
                Example(
                    "p = pca [[0, 0], [1, 1], [2, 2]] 1\np.projected",
                    gives: "tensor 3×1 float32\n  -1.41421\n         0\n   1.41421"),
                Example("pca([[0, 0], [2, 0], [0, 1], [2, 1]]).ratio", gives: "tensor 2 float32\n  0.8  0.2"),
            ],
            seeAlso: ["svd", "eigh"]
        ) { call in
            let rows = try call.tensor("rows")
            let pca = try PCA(rows, components: call.optional("count", call.whole))
            return .record([
                "projected": .tensor(try pca.project(rows)), "components": .tensor(pca.components),
                "variance": .tensor(pca.variance), "ratio": .tensor(pca.ratio), "mean": .tensor(pca.mean),
            ])
        }
    }
}
