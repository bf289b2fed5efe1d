class Tower(torch.nn.Module):
    def __init__(self, model, kind):
        super().__init__()
        self.kind = kind
        self.body = model.text_model if kind == "text" else model.vision_model
        self.projection = model.text_projection if kind == "text" else model.visual_projection
    def forward(self, values):
        return self.projection(self.body(values).pooler_output)

def model(size, tower):
    large = size == "ViT-L/14"
    text = dict(hidden_size=768 if large else 512, intermediate_size=3072 if large else 2048,
                num_attention_heads=12 if large else 8, eos_token_id=49407, bos_token_id=49406)
    vision = dict(hidden_size=1024, intermediate_size=4096, num_attention_heads=16, num_hidden_layers=24,
                  patch_size=14) if large else {}
    with torch.device("meta"):
        model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision,
                                     projection_dim=768 if large else 512))
    tower = fill(Tower(model, tower).eval())
    for name, buffer in list(tower.named_buffers()):
        owner, _, last = name.rpartition(".")
        setattr(tower.get_submodule(owner), last, torch.arange(buffer.shape[-1]).expand((1, -1)))
    return tower

def inputs(tower, batch):
    if tower.kind == "image":
        return numbers((batch, 3, 224, 224), 1.7)
    rows = [[49406] + [(p * 37 + row * 101) % 40000 + 1 for p in range(1, 76)] + [49407] for row in range(batch)]
    return torch.tensor(rows)

def parts(work):
    kind, batch, dtype = work.split(", ")
    size, tower = kind.split(" ")
    tower = model(size, tower)
    return tower, inputs(tower, int(batch.split(" ")[1])), dtype

