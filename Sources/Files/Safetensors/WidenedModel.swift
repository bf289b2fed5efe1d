/// A model whose float32 weights may come from a file of half precision, in which they are saved again.
package protocol WidenedModel: AnyObject {
    /// float16 or bfloat16 where its file has that; nil for a model of any other origin.
    var halfType: StoredType? { get set }
}
