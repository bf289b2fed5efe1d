/// The Python sides of the benchmark of CLIP.
enum CLIPScripts {
    /// PyTorch as its users run it: transformers' model in inference mode, converted to the element type.
    static func pyTorch(threads: Int) -> String {
        shared(threads: threads, imports: []) + PeerScript.piece(PackageResources.clip_pytorch_py)
    }

    /// OpenVINO from the same modules, the precision forced to what the row asks for.
    static func openVINO(threads: Int) -> String {
        shared(threads: threads, imports: ["import openvino"]) + PeerScript.piece(PackageResources.clip_openvino_py)
    }

    private static func shared(threads: Int, imports: [String]) -> String {
        let classes = ["import transformers", "from transformers import CLIPConfig, CLIPModel"]
        return PeerScript.opening(threads: threads, imports: classes + imports)
            + PeerScript.piece(PackageResources.clip_py)
    }
}
