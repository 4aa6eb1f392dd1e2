"""Calls that load models, adapters and datasets.

One line an entry; ``signatures`` says what the columns are.
"""

# ruff: noqa: E501  # a table

# path                         roots                what           where
TABLE = """
from_pretrained                transformers,optimum,auto_gptq,awq,gptqmodel,unsloth,trl,adapters,auto_round,intel_extension_for_transformers,ipex_llm,colbert,kokoro,xfuser,parler_tts,chronos,timesfm,uni2ts,model2vec,gliner,TTS,moshi,lerobot,tokenizers,huggingface_hub,super_gradients  model:hub 0:pretrained_model_name_or_path,model_name,model_id,model_name_or_path,identifier,repo_id,path gap
from_pretrained                diffusers            model:hub      0:pretrained_model_name_or_path,pretrained_model_or_path gap
SFTTrainer                     trl                  model:hub      0:model
DPOTrainer                     trl                  model:hub      0:model
GRPOTrainer                    trl                  model:hub      0:model
RewardTrainer                  trl                  model:hub      0:model
KTOTrainer                     trl                  model:hub      0:model
ORPOTrainer                    trl                  model:hub      0:model
from_single_file               diffusers            model:hubfile  0:pretrained_model_link_or_path,pretrained_model_link_or_path_or_dict
load_lora_weights              diffusers            adapter:hub    0:pretrained_model_name_or_path_or_dict on gap
load_ip_adapter                diffusers            adapter:hub    0:pretrained_model_name_or_path_or_dict on
load_textual_inversion         diffusers            adapter:hub    0:pretrained_model_name_or_path on
from_pretrained                ?                    model:hub      0:pretrained_model_name_or_path,model_name
pipeline                       transformers,optimum model:pipeline 1:model
pipe                           transformers         model:pipeline 1:model
SentenceTransformer            sentence_transformers,langchain*,haystack model:sbert 0:model_name_or_path,modules gap
CrossEncoder                   sentence_transformers model:sbert    0:model_name,model_name_or_path gap
SparseEncoder                  sentence_transformers model:sbert    0:model_name_or_path gap
Transformer                    sentence_transformers model:sbert    0:model_name_or_path
SentenceTransformerModelCardData sentence_transformers none:none -:none
SetFitModel.from_pretrained    setfit               model:sbert    0:pretrained_model_name_or_path,model_id gap
from_pretrained                setfit               model:sbert    0:pretrained_model_name_or_path gap
SentenceTransformerEmbeddingFunction chromadb       model:sbert    0:model_name gap
HuggingFaceEmbeddingFunction   chromadb             model:sbert    1:model_name
from_pretrained                peft                 adapter:hub    1:model_id gap base=0:model
AutoPeftModel.from_pretrained  peft                 adapter:hub    0:pretrained_model_name_or_path gap
AutoPeftModelForCausalLM.from_pretrained peft       adapter:hub    0:pretrained_model_name_or_path gap
AutoPeftModelForSeq2SeqLM.from_pretrained peft      adapter:hub    0:pretrained_model_name_or_path gap
AutoPeftModelForSequenceClassification.from_pretrained peft adapter:hub 0:pretrained_model_name_or_path gap
AutoPeftModelForTokenClassification.from_pretrained peft adapter:hub 0:pretrained_model_name_or_path gap
AutoPeftModelForQuestionAnswering.from_pretrained peft adapter:hub 0:pretrained_model_name_or_path gap
AutoPeftModelForFeatureExtraction.from_pretrained peft adapter:hub 0:pretrained_model_name_or_path gap
PeftConfig.from_pretrained     peft                 adapter:hub    0:pretrained_model_name_or_path gap
LoraConfig.from_pretrained     peft                 adapter:hub    0:pretrained_model_name_or_path gap
load_peft_weights              peft                 adapter:hub    0:model_id
load_adapter                   peft,transformers,diffusers adapter:hub 0:model_id,peft_model_id on
LoraConfig                     peft                 none:none      -:base_model_name_or_path
create_model                   timm                 model:timm     0:model_name gap
load                           torch.hub            model:torchhub 1:model gap
torch.hub.load                 torch                model:torchhub 1:model gap
hub.load_state_dict_from_url   torch                model:url      0:url
model_zoo.load_url             torch                model:url      0:url
create_model_and_transforms    open_clip            model:openclip 0:model_name gap
create_model_from_pretrained   open_clip            model:openclip 0:model_name gap
create_model                   open_clip            model:openclip 0:model_name gap
get_tokenizer                  open_clip            model:openclip 0:model_name
clip.load                      clip                 model:is:clip  0:name gap
hf_hub_download                huggingface_hub,transformers model:repo 0:repo_id gap
cached_download                huggingface_hub      model:url      0:url
snapshot_download              huggingface_hub,transformers,modelscope model:repo 0:repo_id,model_id gap
try_to_load_from_cache         huggingface_hub      model:repo     0:repo_id
load_from_checkpoint           huggingface_hub      model:repo     0:repo_id
HfApi().hf_hub_download        huggingface_hub      model:repo     0:repo_id gap
HfApi().snapshot_download      huggingface_hub      model:repo     0:repo_id gap
HfApi().model_info             huggingface_hub      model:repo     0:repo_id
model_info                     huggingface_hub      model:repo     0:repo_id
HfApi().dataset_info           huggingface_hub      dataset:hub    0:repo_id
dataset_info                   huggingface_hub      dataset:hub    0:repo_id
HfFileSystem().open            huggingface_hub      model:hffs     0:path
InferenceClient                huggingface_hub      model:hosted-hub 0:model
AsyncInferenceClient           huggingface_hub      model:hosted-hub 0:model
InferenceApi                   huggingface_hub      model:hosted-hub 0:repo_id
InferenceClient().chat_completion huggingface_hub   model:hosted-hub -:model
InferenceClient().chat.completions.create huggingface_hub model:hosted-hub -:model
InferenceClient().text_generation huggingface_hub   model:hosted-hub -:model
InferenceClient().feature_extraction huggingface_hub model:hosted-hub -:model
InferenceClient().text_to_image huggingface_hub     model:hosted-hub -:model
InferenceClient().summarization huggingface_hub     model:hosted-hub -:model
InferenceClient().translation  huggingface_hub      model:hosted-hub -:model
InferenceClient().automatic_speech_recognition huggingface_hub model:hosted-hub -:model
load_dataset                   datasets             dataset:dataset 0:path gap
load_dataset_builder           datasets             dataset:dataset 0:path gap
get_dataset_config_names       datasets             dataset:dataset 0:path
get_dataset_split_names        datasets             dataset:dataset 0:path
load_from_disk                 datasets             dataset:local  0:dataset_path gap
from_json                      datasets             dataset:local  0:path_or_paths
from_csv                       datasets             dataset:local  0:path_or_paths
from_parquet                   datasets             dataset:local  0:path_or_paths
from_text                      datasets             dataset:local  0:path_or_paths
tfds.load                      tensorflow_datasets  dataset:is:tfds 0:name gap
load                           tensorflow_datasets  dataset:is:tfds 0:name gap
builder                        tensorflow_datasets  dataset:is:tfds 0:name gap
fetch_openml                   sklearn              dataset:is:openml 0:name
fetch_20newsgroups             sklearn              dataset:only:sklearn/20newsgroups -:none
fetch_california_housing       sklearn              dataset:only:sklearn/california_housing -:none
fetch_covtype                  sklearn              dataset:only:sklearn/covtype -:none
fetch_lfw_people               sklearn              dataset:only:sklearn/lfw_people -:none
get_dataset                    openml               dataset:is:openml 0:dataset_id
dataset_download               kagglehub            dataset:is:kaggle 0:handle gap
model_download                 kagglehub            model:kaggle   0:handle gap
dataset_load                   kagglehub            dataset:is:kaggle 1:handle
MsDataset.load                 modelscope           dataset:is:modelscope 0:dataset_name gap
from_pretrained                modelscope           model:is:modelscope 0:pretrained_model_name_or_path,model_name_or_path gap
pipeline                       modelscope           model:is:modelscope 1:model
spacy.load                     spacy                model:spacy    0:name gap
spacy.cli.download             spacy                model:spacy    0:model
cli.download                   spacy                model:spacy    0:model
load_model                     spacy                model:spacy    0:name
load_model                     whisper              model:is:whisper 0:name gap
load_model                     whisperx             model:is:faster-whisper 0:whisper_arch gap
load_model                     whisper_timestamped,stable_whisper model:is:whisper 0:name
WhisperModel                   faster_whisper       model:is:faster-whisper 0:model_size_or_path gap
YOLO                           ultralytics          model:is:ultralytics 0:model gap
YOLOWorld                      ultralytics          model:is:ultralytics 0:model
YOLOE                          ultralytics          model:is:ultralytics 0:model
SAM                            ultralytics          model:is:ultralytics 0:model
RTDETR                         ultralytics          model:is:ultralytics 0:model
FastSAM                        ultralytics          model:is:ultralytics 0:model
downloader.load                gensim               model:is:gensim 0:name gap
KeyedVectors.load_word2vec_format gensim            model:weights  0:fname
KeyedVectors.load              gensim               model:weights  0:fname
Word2Vec.load                  gensim               model:weights  0:fname
FastText.load                  gensim               model:weights  0:fname
load_model                     fasttext             model:weights  0:path
from_preset                    keras_hub,keras_nlp,keras_cv model:keras 0:preset gap
load_model                     keras*,tensorflow.keras,tensorflow model:weights 0:filepath
load_model                     tf.keras,tf.python.keras model:weights 0:filepath
load_model                     tf_keras             model:weights  0:filepath
saved_model.load               tensorflow           model:local    0:export_dir
Interpreter                    tensorflow,tflite_runtime,ai_edge_litert model:weights 0:model_path
tensorflow_hub.load            tensorflow_hub       model:tfhub    0:handle gap
tensorflow_hub.KerasLayer      tensorflow_hub       model:tfhub    0:handle gap
tensorflow_hub.resolve         tensorflow_hub       model:tfhub    0:handle
load_model                     mlflow               model:mlflow   0:model_uri gap
spark_udf                      mlflow               model:mlflow   1:model_uri
use_artifact                   wandb                model:wandb    0:artifact_or_name gap
artifact                       wandb                model:wandb    0:name
use_model                      wandb                model:wandb    0:name
Model.get_model                comet_ml             model:is:comet 0:name
Llama                          llama_cpp            model:weights  0:model_path
Llama.from_pretrained          llama_cpp            model:repo     0:repo_id gap
from_pretrained                ctransformers        model:hub      0:model_path_or_repo_id gap
GPT4All                        gpt4all              model:is:gpt4all 0:model_name gap
LLM                            vllm                 model:hub      0:model gap
LoRARequest                    vllm                 adapter:hub    2:lora_path,lora_local_path
EngineArgs                     vllm                 model:hub      0:model
AsyncEngineArgs                vllm                 model:hub      0:model
LLM                            tensorrt_llm         model:hub      0:model
Engine                         sglang               model:hub      -:model_path
Runtime                        sglang               model:hub      -:model_path
pipeline                       lmdeploy             model:hub      0:model_path
pipeline                       mii                  model:hub      0:model_name_or_path
load                           mlx_lm,mlx_vlm       model:hub      0:path_or_hf_repo gap
load_model                     mlx_audio,mlx_whisper model:hub     0:model_path
transcribe                     mlx_whisper          model:hub      -:path_or_hf_repo
from_pretrained                nemo,nemo_toolkit    model:hubword:nvidia 0:model_name gap
from_hparams                   speechbrain          model:hub      -:source gap
from_hparams                   speechbrain          model:hub      0:source gap
from_pretrained                pyannote             model:hub      0:checkpoint,checkpoint_path gap
Pipeline.from_pretrained       pyannote             model:hub      0:checkpoint_path gap
InferenceSession               onnxruntime          model:weights  0:path_or_bytes
onnx.load                      onnx                 model:weights  0:f
load                           torch                model:weights  0:f
jit.load                       torch                model:weights  0:f
export.load                    torch                model:weights  0:f
load_from_checkpoint           lightning,pytorch_lightning model:weights 0:checkpoint_path
load_file                      safetensors          model:weights  0:filename
safe_open                      safetensors          model:weights  0:filename
load_model                     safetensors          model:weights  1:filename
load                           joblib,sklearn.externals.joblib model:weights 0:filename
load                           pickle,cPickle,dill,cloudpickle,pickle5 model:pickled 0:file
read_pickle                    pandas               model:pickled  0:filepath_or_buffer
load_model                     xgboost              model:weights  0:fname
Booster                        xgboost              model:weights  -:model_file
Booster                        lightgbm             model:weights  -:model_file
load_model                     catboost             model:weights  0:fname
load_learner                   fastai               model:weights  0:fname
from_pretrained_fastai         huggingface_hub      model:repo     0:repo_id gap
from_pretrained_keras          huggingface_hub      model:hub      0:pretrained_model_name_or_path gap
load                           skops                model:weights  0:file
load_from_hub                  huggingface_sb3      model:repo     0:repo_id
TabularPredictor.load          autogluon            model:local    0:path
TimeSeriesPredictor.load       autogluon            model:local    0:path
MultiModalPredictor.load       autogluon            model:local    0:path
TextEmbedding                  fastembed            model:hub      0:model_name
SparseTextEmbedding            fastembed            model:hub      0:model_name
LateInteractionTextEmbedding   fastembed            model:hub      0:model_name
ImageEmbedding                 fastembed            model:hub      0:model_name
TextCrossEncoder               fastembed            model:hub      0:model_name
FlagModel                      FlagEmbedding        model:hub      0:model_name_or_path gap
FlagAutoModel.from_finetuned   FlagEmbedding        model:hub      0:model_name_or_path gap
BGEM3FlagModel                 FlagEmbedding        model:hub      0:model_name_or_path gap
FlagReranker                   FlagEmbedding        model:hub      0:model_name_or_path gap
FlagLLMReranker                FlagEmbedding        model:hub      0:model_name_or_path gap
LayerWiseFlagLLMReranker       FlagEmbedding        model:hub      0:model_name_or_path gap
BERTopic                       bertopic             model:sbert    -:embedding_model
KeyBERT                        keybert              model:sbert    0:model
RAGPretrainedModel.from_pretrained ragatouille      model:hub      0:pretrained_model_name_or_path gap
Reranker                       rerankers            model:hub      0:model_name
INSTRUCTOR                     InstructorEmbedding  model:hub      0:model_name_or_path gap
GLiNER.from_pretrained         gliner               model:hub      0:model_id gap
StaticModel.from_pretrained    model2vec            model:hub      0:path gap
SequenceTagger.load            flair                model:is:flair 0:model_path gap
TextClassifier.load            flair                model:is:flair 0:model_path gap
Classifier.load                flair                model:is:flair 0:model_path gap
TransformerWordEmbeddings      flair                model:hub      0:model gap
TransformerDocumentEmbeddings  flair                model:hub      0:model gap
stanza.Pipeline                stanza               model:stanza   0:lang
stanza.download                stanza               model:stanza   0:lang
TTS                            TTS                  model:coqui    0:model_name gap
Reader                         easyocr              model:listed:easyocr 0:lang_list
PaddleOCR                      paddleocr            none:none      -:none
AutoModel                      funasr               model:is:modelscope 0:model gap
get_model                      insightface,gluoncv,mxnet model:is:insightface 0:name
FaceAnalysis                   insightface          model:is:insightface 0:name
new_session                    rembg                model:is:rembg 0:model_name
DeepFace.represent             deepface             model:is:deepface 1:model_name
pretrained.get_model           demucs               model:is:demucs 0:name
sam_model_registry             segment_anything     none:none      -:none
build_sam2_video_predictor_hf  sam2                 model:hub      0:model_id
"""
