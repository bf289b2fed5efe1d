import Files

extension UNetConfiguration: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case sampleSize = "sample_size"
        case inChannels = "in_channels"
        case outChannels = "out_channels"
        case centerInputSample = "center_input_sample"
        case flipSinToCos = "flip_sin_to_cos"
        case freqShift = "freq_shift"
        case downBlockTypes = "down_block_types"
        case midBlockType = "mid_block_type"
        case upBlockTypes = "up_block_types"
        case onlyCrossAttention = "only_cross_attention"
        case blockOutChannels = "block_out_channels"
        case layersPerBlock = "layers_per_block"
        case downsamplePadding = "downsample_padding"
        case midBlockScaleFactor = "mid_block_scale_factor"
        case actFn = "act_fn"
        case normNumGroups = "norm_num_groups"
        case normEps = "norm_eps"
        case crossAttentionDim = "cross_attention_dim"
        case transformerLayersPerBlock = "transformer_layers_per_block"
        case attentionHeadDim = "attention_head_dim"
        case useLinearProjection = "use_linear_projection"
        case upcastAttention = "upcast_attention"
        case resnetTimeScaleShift = "resnet_time_scale_shift"
        case convInKernel = "conv_in_kernel"
        case convOutKernel = "conv_out_kernel"
        case timeCondProjDim = "time_cond_proj_dim"
        case additionEmbedType = "addition_embed_type"
        case additionTimeEmbedDim = "addition_time_embed_dim"
        case projectionClassEmbeddingsInputDim = "projection_class_embeddings_input_dim"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        sampleSize = try values.decodeIfPresent(Int.self, forKey: .sampleSize)
        try values.read(&inChannels, .inChannels)
        try values.read(&outChannels, .outChannels)
        try values.read(&centerInputSample, .centerInputSample)
        try values.read(&flipSinToCos, .flipSinToCos)
        try values.read(&freqShift, .freqShift)
        try values.read(&downBlockTypes, .downBlockTypes)
        // A null means "no middle", an absent key the default.
        if values.contains(.midBlockType) {
            midBlockType = try values.decodeIfPresent(String.self, forKey: .midBlockType)
        }
        try values.read(&upBlockTypes, .upBlockTypes)
        try values.read(&onlyCrossAttention, .onlyCrossAttention)
        try values.read(&blockOutChannels, .blockOutChannels)
        try values.read(&layersPerBlock, .layersPerBlock)
        try values.read(&downsamplePadding, .downsamplePadding)
        try values.read(&midBlockScaleFactor, .midBlockScaleFactor)
        try values.read(&actFn, .actFn)
        try values.read(&normNumGroups, .normNumGroups)
        try values.read(&normEps, .normEps)
        try values.read(&crossAttentionDim, .crossAttentionDim)
        try values.read(&transformerLayersPerBlock, .transformerLayersPerBlock)
        try values.read(&attentionHeadDim, .attentionHeadDim)
        try values.read(&useLinearProjection, .useLinearProjection)
        try values.read(&upcastAttention, .upcastAttention)
        try values.read(&resnetTimeScaleShift, .resnetTimeScaleShift)
        try values.read(&convInKernel, .convInKernel)
        try values.read(&convOutKernel, .convOutKernel)
        timeCondProjDim = try values.decodeIfPresent(Int.self, forKey: .timeCondProjDim)
        additionEmbedType = try values.decodeIfPresent(String.self, forKey: .additionEmbedType)
        additionTimeEmbedDim = try values.decodeIfPresent(Int.self, forKey: .additionTimeEmbedDim)
        projectionClassEmbeddingsInputDim = try values.decodeIfPresent(
            Int.self, forKey: .projectionClassEmbeddingsInputDim)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(sampleSize, forKey: .sampleSize)
        try values.encode(inChannels, forKey: .inChannels)
        try values.encode(outChannels, forKey: .outChannels)
        try values.encode(centerInputSample, forKey: .centerInputSample)
        try values.encode(flipSinToCos, forKey: .flipSinToCos)
        try values.encode(freqShift, forKey: .freqShift)
        try values.encode(downBlockTypes, forKey: .downBlockTypes)
        try values.encode(midBlockType, forKey: .midBlockType)
        try values.encode(upBlockTypes, forKey: .upBlockTypes)
        try values.encode(onlyCrossAttention, forKey: .onlyCrossAttention)
        try values.encode(blockOutChannels, forKey: .blockOutChannels)
        try values.encode(layersPerBlock, forKey: .layersPerBlock)
        try values.encode(downsamplePadding, forKey: .downsamplePadding)
        try values.encode(midBlockScaleFactor, forKey: .midBlockScaleFactor)
        try values.encode(actFn, forKey: .actFn)
        try values.encode(normNumGroups, forKey: .normNumGroups)
        try values.encode(normEps, forKey: .normEps)
        try values.encode(crossAttentionDim, forKey: .crossAttentionDim)
        try values.encode(transformerLayersPerBlock, forKey: .transformerLayersPerBlock)
        try values.encode(attentionHeadDim, forKey: .attentionHeadDim)
        try values.encode(useLinearProjection, forKey: .useLinearProjection)
        try values.encode(upcastAttention, forKey: .upcastAttention)
        try values.encode(resnetTimeScaleShift, forKey: .resnetTimeScaleShift)
        try values.encode(convInKernel, forKey: .convInKernel)
        try values.encode(convOutKernel, forKey: .convOutKernel)
        try values.encode(timeCondProjDim, forKey: .timeCondProjDim)
        try values.encode(additionEmbedType, forKey: .additionEmbedType)
        try values.encode(additionTimeEmbedDim, forKey: .additionTimeEmbedDim)
        try values.encode(projectionClassEmbeddingsInputDim, forKey: .projectionClassEmbeddingsInputDim)
    }
}

extension KeyedDecodingContainer {
    /// Overwrites a default where the key is present and not null.
    func read<Value: Decodable>(_ value: inout Value, _ key: Key) throws {
        value = try decodeIfPresent(Value.self, forKey: key) ?? value
    }
}
